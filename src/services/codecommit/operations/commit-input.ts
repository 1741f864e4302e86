import { ApiError } from '../../../kernel/errors.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { type KnownCommit, readCommit } from '../commits.ts';
import { cleanIdentity, type Signature } from '../model/commit.ts';
import { isObjectId } from '../model/names.ts';
import { HEADS, TAGS } from '../model/ref-name.ts';
import { FILE_MODES, type TreeMode } from '../model/tree.ts';
import type { CodeCommitParts } from '../parts.ts';
import { announcedRef, announcedRefs, type Repository } from '../repositories.ts';
import { branchMissing } from './branches.ts';
import { MAX_FILE } from './read-files.ts';

const MAX_NAME = 128;
const MAX_MESSAGE = 64 * 1024;

/**
 * The commit that a new one is to follow: the branch's newest, which the caller must name. Undefined for the first
 * commit of an empty repository (A1.4). Called under the repository's lock.
 */
export async function checkParent(
  parts: CodeCommitParts,
  repository: Repository,
  branch: string,
  parentCommitId: string | undefined,
): Promise<KnownCommit | undefined> {
  const { read } = parts.kernel.database;
  const head = await announcedRef(read, repository, HEADS + branch);
  if (!head) {
    if (await announcedRef(read, repository, TAGS + branch)) {
      throw new ApiError('BranchNameIsTagNameException', `${branch} is the name of a tag.`);
    }
    if ((await announcedRefs(read, repository)).length > 0) throw branchMissing(branch);
    if (parentCommitId !== undefined) throw parentMissing(parentCommitId);
    return undefined;
  }
  if (parentCommitId === undefined || parentCommitId === '') {
    throw new ApiError(
      'ParentCommitIdRequiredException',
      'A parent commit ID is required but was not specified.',
    );
  }
  if (!isObjectId(parentCommitId)) {
    throw new ApiError(
      'InvalidParentCommitIdException',
      `The parent commit ID is not valid: ${parentCommitId}`,
    );
  }
  const parent = await readCommit(parts, repository, parentCommitId);
  if (!parent) throw parentMissing(parentCommitId);
  if (head.objectId !== parentCommitId) {
    throw new ApiError(
      'ParentCommitIdOutdatedException',
      `The branch ${branch} stands at ${head.objectId}, not at ${parentCommitId}.`,
    );
  }
  return parent;
}

function parentMissing(id: string): ApiError {
  return new ApiError('ParentCommitDoesNotExistException', `The parent commit ${id} does not exist.`);
}

export function checkAuthor(
  parts: CodeCommitParts,
  context: RequestContext,
  given: { readonly name?: string | undefined; readonly email?: string | undefined },
): Signature {
  const name = given.name ?? context.principal.arn.split(/[:/]/).at(-1) ?? '';
  if (name.length > MAX_NAME) {
    throw new ApiError('NameLengthExceededException', `A name has at most ${MAX_NAME} characters.`);
  }
  const email = given.email ?? '';
  if (email.length > MAX_NAME || /[\s<>]/.test(email)) {
    throw new ApiError('InvalidEmailException', `The email address is not valid: ${email}`);
  }
  const seconds = Math.floor(parts.kernel.clock.now() / 1000);
  return { name: cleanIdentity(name), email: cleanIdentity(email), seconds, zone: '+0000' };
}

export function checkMessage(message: string | undefined, otherwise: string): string {
  const text = message ?? otherwise;
  if (Buffer.byteLength(text) > MAX_MESSAGE) {
    throw new ApiError('CommitMessageLengthExceededException', `A message has at most ${MAX_MESSAGE} bytes.`);
  }
  if (text.includes('\0')) {
    throw new ApiError('CommitMessageLengthExceededException', 'A message cannot hold a NUL character.');
  }
  return text;
}

export function checkMode(mode: string | undefined, otherwise: TreeMode): TreeMode {
  if (mode === undefined) return otherwise;
  const found = (FILE_MODES as Readonly<Record<string, TreeMode>>)[mode];
  if (!found) throw new ApiError('InvalidFileModeException', `There is no file mode ${mode}.`);
  return found;
}

export function checkContent(content: Uint8Array): Uint8Array {
  if (content.length > MAX_FILE) {
    throw new ApiError('FileContentSizeLimitExceededException', `A file has at most ${MAX_FILE} bytes here.`);
  }
  return content;
}
