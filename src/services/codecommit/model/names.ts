const REPOSITORY_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const OBJECT_ID = /^[0-9a-f]{40}$/;

/** AWS's rule: 1 to 100 letters, digits, `.`, `_`, `-`; not ending in `.git`. `.` and `..` would be no folder of ours. */
export function isRepositoryName(name: string): boolean {
  return REPOSITORY_NAME.test(name) && !name.endsWith('.git') && name !== '.' && name !== '..';
}

/** A full SHA-1 in lower case. */
export function isObjectId(id: string): boolean {
  return OBJECT_ID.test(id);
}

export function repositoryArn(
  scope: { readonly account: string; readonly region: string },
  name: string,
): string {
  return `arn:aws:codecommit:${scope.region}:${scope.account}:${name}`;
}
