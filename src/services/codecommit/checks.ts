import { ApiError } from '../../kernel/errors.ts';
import { normalFolder, normalPath } from './model/file-path.ts';
import { isObjectId, isRepositoryName } from './model/names.ts';
import { isBranchName } from './model/ref-name.ts';

/** What a request names, checked; refused with AWS's exceptions. */
export function checkRepositoryName(name: string | undefined): string {
  if (name === undefined || name === '') {
    throw new ApiError(
      'RepositoryNameRequiredException',
      'A repository name is required but was not specified.',
    );
  }
  if (!isRepositoryName(name)) {
    throw new ApiError(
      'InvalidRepositoryNameException',
      'The repository name is not valid. Repository names can be between 1 and 100 characters of letters, numbers, ' +
        'periods, underscores and dashes, and cannot end in .git.',
    );
  }
  return name;
}

export function checkBranchName(name: string | undefined): string {
  if (name === undefined || name === '') {
    throw new ApiError('BranchNameRequiredException', 'A branch name is required but was not specified.');
  }
  if (!isBranchName(name)) {
    throw new ApiError('InvalidBranchNameException', `The specified branch name is not valid: ${name}`);
  }
  return name;
}

export function checkCommitId(id: string | undefined, invalid = 'InvalidCommitIdException'): string {
  if (id === undefined || id === '') {
    throw new ApiError('CommitIdRequiredException', 'A commit ID was not specified.');
  }
  if (!isObjectId(id)) {
    throw new ApiError(
      invalid,
      'The specified commit ID is not valid. It must be a full SHA-1 (40 hexadecimal digits).',
    );
  }
  return id;
}

export function checkPath(path: string | undefined): string {
  if (path === undefined || path === '') {
    throw new ApiError('PathRequiredException', 'A file path is required but was not specified.');
  }
  const normal = normalPath(path);
  if (normal === undefined) throw invalidPath(path);
  return normal;
}

export function checkFolder(path: string | undefined): string {
  if (path === undefined)
    throw new ApiError('PathRequiredException', 'A folder path is required but was not specified.');
  const normal = normalFolder(path);
  if (normal === undefined) throw invalidPath(path);
  return normal;
}

function invalidPath(path: string): ApiError {
  return new ApiError(
    'InvalidPathException',
    `The specified path is not valid: ${path}. It must not have empty parts, . or .. or .git, a backslash or control characters.`,
  );
}
