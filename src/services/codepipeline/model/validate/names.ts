/** Patterns of the API model, anchored. */
const NAME = /^[A-Za-z0-9.@_-]{1,100}$/;
const ARTIFACT = /^[a-zA-Z0-9_-]{1,100}$/;
const NAMESPACE = /^[A-Za-z0-9@_-]{1,100}$/;
const ROLE = /^arn:aws(-\w+)*:iam::[0-9]{12}:role\/.+$/;
const BUCKET = /^[a-zA-Z0-9.-]{3,63}$/;
const VARIABLE = /^[A-Za-z0-9@_-]{1,128}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

export const isName = (text: string): boolean => NAME.test(text);
export const isArtifactName = (text: string): boolean => ARTIFACT.test(text);
export const isNamespace = (text: string): boolean => NAMESPACE.test(text);
export const isRoleArn = (text: string): boolean => text.length <= 1024 && ROLE.test(text);
export const isBucketName = (text: string): boolean => BUCKET.test(text);
export const isVariableName = (text: string): boolean => VARIABLE.test(text);
export const isRegion = (text: string): boolean => REGION.test(text);

export const NAME_HINT = '1 to 100 of A-Z a-z 0-9 . @ - _';
export const ARTIFACT_HINT = '1 to 100 of A-Z a-z 0-9 - _';

/** What occurs more than once, with the index of each repetition. */
export function repetitions(names: readonly string[]): { readonly name: string; readonly index: number }[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ name, index }];
  });
}
