/** A policy that AWS keeps for everybody and that people attach by its ARN. */
export interface AwsManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly document: string;
}

function allowing(name: string, actions: string | readonly string[]): AwsManagedPolicy {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return {
    arn: `arn:aws:iam::aws:policy/${name}`,
    name,
    document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  };
}

/**
 * Those that are known word for word. A name without its document would be a promise that nobody keeps, so other ones
 * are refused; create a policy of your own instead.
 */
const POLICIES: readonly AwsManagedPolicy[] = [
  allowing('AdministratorAccess', '*'),
  allowing('AmazonS3FullAccess', ['s3:*', 's3-object-lambda:*']),
  allowing('AmazonS3ReadOnlyAccess', [
    's3:Get*',
    's3:List*',
    's3:Describe*',
    's3-object-lambda:Get*',
    's3-object-lambda:List*',
  ]),
];

const BY_ARN = new Map(POLICIES.map((policy) => [policy.arn, policy]));

export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  return BY_ARN.get(arn);
}
