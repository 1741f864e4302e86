import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupStore } from './group-state.ts';
import { isHeldOpen } from './processes.ts';

/** Where one deployment lives below the state folder. */
export interface DeploymentFolders {
  readonly dir: string;
  readonly journal: string;
  /** The unpacked revision. */
  readonly archive: string;
  /** Output of all its scripts. */
  readonly log: string;
  readonly installPlan: string;
}

export function deploymentFolders(stateDir: string, deploymentId: string): DeploymentFolders {
  if (!/^d-[0-9A-Z]{9}$/.test(deploymentId)) throw new Error(`not a deployment id: ${deploymentId}`);
  const dir = join(stateDir, 'deployments', deploymentId);
  return {
    dir,
    journal: join(dir, 'journal.jsonl'),
    archive: join(dir, 'archive'),
    log: join(dir, 'scripts.log'),
    installPlan: join(dir, 'install-plan.json'),
  };
}

/** Every deployment that has a folder. */
export function knownDeployments(stateDir: string): readonly string[] {
  const dir = join(stateDir, 'deployments');
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('d-')) : [];
}

const KEPT_REVISIONS = 5;

/** Keeps the last five of a group, and always the one that stops the application next time. */
export function removeOldRevisions(stateDir: string, group: GroupStore): void {
  const { revisions, lastSuccessful } = group.read();
  const gone = revisions
    .slice(0, -KEPT_REVISIONS)
    .filter((id) => id !== lastSuccessful && removeRevision(stateDir, id));
  if (gone.length > 0) group.change({ revisions: revisions.filter((id) => !gone.includes(id)) });
}

/** A log that a daemon still writes stays, because nobody could bound a file without a name; it is tried again later. */
function removeRevision(stateDir: string, id: string): boolean {
  const folders = deploymentFolders(stateDir, id);
  rmSync(folders.archive, { recursive: true, force: true });
  if (isHeldOpen(folders.log)) return false;
  rmSync(folders.dir, { recursive: true, force: true });
  return true;
}
