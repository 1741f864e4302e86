import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';

/** Tells whoever shows an application or one of its groups to read it again. */
export function announceApplication(
  { changes }: Pick<Kernel, 'changes'>,
  tx: Tx,
  scope: Scope,
  name: string,
): void {
  changes.publish(tx, { topic: 'codedeploy.application', id: name, scope, sequence: 0 });
}
