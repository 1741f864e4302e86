import { isObjectId } from '../model/names.ts';
import type { Ref } from '../model/ref-changes.ts';
import type { Git } from './run.ts';

export const NO_OBJECT = '0'.repeat(40);

const FORMAT = '%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)';

/** All branches and tags of a repository, annotated tags peeled. */
export async function listRefs(git: Git, dir: string): Promise<readonly Ref[]> {
  const output = await git.run(dir, [
    'for-each-ref',
    `--format=${FORMAT}`,
    '--',
    'refs/heads/',
    'refs/tags/',
  ]);
  const refs: Ref[] = [];
  for (const line of output.toString('utf8').split('\n')) {
    if (line === '') continue;
    const [name = '', objectId = '', , peeled = '', peeledType] = line.split('\0');
    // git 2.39 peels one level; a tag of a tag is followed to its end.
    const commitId = peeledType === 'tag' ? await peel(git, dir, objectId) : peeled || objectId;
    refs.push({ name, objectId, commitId });
  }
  return refs;
}

async function peel(git: Git, dir: string, objectId: string): Promise<string> {
  const output = await git.run(dir, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${objectId}^{}`,
  ]);
  const id = output.toString('utf8').trim();
  return isObjectId(id) ? id : objectId;
}

export interface RefUpdate {
  readonly ref: string;
  /** {@link NO_OBJECT} deletes. */
  readonly newId: string;
  /** What the ref must hold now; {@link NO_OBJECT} when it must not exist. */
  readonly oldId: string;
}

/** Moves a ref if it still holds what the caller saw. False when git refused. */
export async function updateRef(git: Git, dir: string, update: RefUpdate, caller: string): Promise<boolean> {
  const stdin = Buffer.from(`update ${update.ref}\0${update.newId}\0${update.oldId}\0`);
  const identity = { GIT_COMMITTER_NAME: caller, GIT_COMMITTER_EMAIL: 'api' };
  return (await git.try(dir, ['update-ref', '--stdin', '-z'], { stdin, env: identity })).code === 0;
}

export async function setHead(git: Git, dir: string, branch: string): Promise<void> {
  await git.run(dir, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
}
