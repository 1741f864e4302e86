import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What `--summary FILE` holds. */
export interface DemoSummary {
  /** `git push` had returned → first line of the buildspec's own first command, stored. */
  readonly pushToFirstLogMs: number;
  /** `git push` had returned → both hosts answer with the new version, without the wait for the approval. */
  readonly pushToLiveMs: number;
  readonly approvalWaitMs: number;
  readonly executions: readonly { readonly id: string; readonly status: string }[];
  readonly rollback: { readonly deploymentId: string; readonly ofDeploymentId: string };
}

export function writeSummary(file: string, summary: DemoSummary): void {
  writeFileSync(resolve(file), `${JSON.stringify(summary, undefined, 2)}\n`);
}
