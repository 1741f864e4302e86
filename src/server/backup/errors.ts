/** The backup itself is at fault. The message goes on from "this backup cannot be restored: ". */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
