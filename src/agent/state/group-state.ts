import { join } from 'node:path';
import { readFileIfThere, writeFileAtomically } from './files.ts';

/** What the agent remembers of one deployment group on this host. */
export interface GroupState {
  /** Deployment whose revision was last deployed with success: its scripts stop the application next time (D1.12). */
  readonly lastSuccessful: string | undefined;
  /** Deployments whose revision is kept, oldest first. */
  readonly revisions: readonly string[];
  /** What earlier deployments put on the host, as paths without the root: the clean-up list (D1.16). */
  readonly installed: Installed;
}

export interface Installed {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

const EMPTY: GroupState = {
  lastSuccessful: undefined,
  revisions: [],
  installed: { files: [], directories: [] },
};

export interface GroupStore {
  read(): GroupState;
  change(changes: Partial<GroupState>): void;
}

export function openGroup(stateDir: string, groupId: string): GroupStore {
  if (!/^[A-Za-z0-9-]+$/.test(groupId)) throw new Error(`not a deployment group's id: ${groupId}`);
  const path = join(stateDir, 'groups', `${groupId}.json`);
  const read = (): GroupState => {
    const text = readFileIfThere(path);
    return text === undefined ? EMPTY : (JSON.parse(text) as GroupState);
  };
  return {
    read,
    change: (changes) => writeFileAtomically(path, JSON.stringify({ ...read(), ...changes })),
  };
}
