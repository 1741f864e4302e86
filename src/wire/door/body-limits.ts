const KIB = 1024;
const MIB = 1024 * KIB;

/** What an operation may send in one buffered body, in bytes; applied before anything is read. */
export const DEFAULT_BODY_LIMIT = MIB;

const SERVICES: Readonly<Record<string, number>> = {
  // Ten thousand parts, or a thousand keys of a kilobyte, in XML.
  s3: 8 * MIB,
  dynamodb: 17 * MIB,
  logs: 2 * MIB,
  sqs: 2 * MIB,
  cloudformation: 2 * MIB,
  events: 2 * MIB,
};

/** Base64 makes three bytes four. */
const OPERATIONS: Readonly<Record<string, number>> = {
  'codecommit:PutFile': 9 * MIB,
  'codecommit:CreateCommit': 28 * MIB,
  'codecommit:CreateUnreferencedMergeCommit': 28 * MIB,
  'codecommit:MergeBranchesBySquash': 28 * MIB,
  'codecommit:MergeBranchesByThreeWay': 28 * MIB,
  'ecr:UploadLayerPart': 28 * MIB,
  'lambda:CreateFunction': 80 * MIB,
  'lambda:UpdateFunctionCode': 80 * MIB,
  'lambda:PublishLayerVersion': 80 * MIB,
  'lambda:Invoke': 7 * MIB,
  'lambda:InvokeAsync': 7 * MIB,
  'lambda:InvokeWithResponseStream': 7 * MIB,
};

/** One object or part of S3. */
export const STREAM_LIMIT = 5 * KIB * MIB;

export function bodyLimit(service: string, operation: string | undefined): number {
  return OPERATIONS[`${service}:${operation}`] ?? SERVICES[service] ?? DEFAULT_BODY_LIMIT;
}
