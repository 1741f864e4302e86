/** The SDK client of each model, loaded when its turn comes. */
export interface ClientSource {
  readonly model: string;
  readonly client: string;
  readonly load: () => Promise<object>;
}

export const clientSources: readonly ClientSource[] = [
  { model: 'apigatewayv2', client: 'ApiGatewayV2Client', load: () => import('@aws-sdk/client-apigatewayv2') },
  {
    model: 'cloudformation',
    client: 'CloudFormationClient',
    load: () => import('@aws-sdk/client-cloudformation'),
  },
  { model: 'cloudwatch', client: 'CloudWatchClient', load: () => import('@aws-sdk/client-cloudwatch') },
  { model: 'codeartifact', client: 'CodeartifactClient', load: () => import('@aws-sdk/client-codeartifact') },
  { model: 'codebuild', client: 'CodeBuildClient', load: () => import('@aws-sdk/client-codebuild') },
  { model: 'codecommit', client: 'CodeCommitClient', load: () => import('@aws-sdk/client-codecommit') },
  { model: 'codedeploy', client: 'CodeDeployClient', load: () => import('@aws-sdk/client-codedeploy') },
  { model: 'codepipeline', client: 'CodePipelineClient', load: () => import('@aws-sdk/client-codepipeline') },
  {
    model: 'codestar-connections',
    client: 'CodeStarConnectionsClient',
    load: () => import('@aws-sdk/client-codestar-connections'),
  },
  {
    model: 'codestar-notifications',
    client: 'CodestarNotificationsClient',
    load: () => import('@aws-sdk/client-codestar-notifications'),
  },
  { model: 'dynamodb', client: 'DynamoDBClient', load: () => import('@aws-sdk/client-dynamodb') },
  { model: 'ecr', client: 'ECRClient', load: () => import('@aws-sdk/client-ecr') },
  { model: 'ecs', client: 'ECSClient', load: () => import('@aws-sdk/client-ecs') },
  {
    model: 'elbv2',
    client: 'ElasticLoadBalancingV2Client',
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  { model: 'events', client: 'EventBridgeClient', load: () => import('@aws-sdk/client-eventbridge') },
  { model: 'iam', client: 'IAMClient', load: () => import('@aws-sdk/client-iam') },
  { model: 'kms', client: 'KMSClient', load: () => import('@aws-sdk/client-kms') },
  { model: 'lambda', client: 'LambdaClient', load: () => import('@aws-sdk/client-lambda') },
  { model: 'logs', client: 'CloudWatchLogsClient', load: () => import('@aws-sdk/client-cloudwatch-logs') },
  { model: 's3', client: 'S3Client', load: () => import('@aws-sdk/client-s3') },
  { model: 'scheduler', client: 'SchedulerClient', load: () => import('@aws-sdk/client-scheduler') },
  {
    model: 'secretsmanager',
    client: 'SecretsManagerClient',
    load: () => import('@aws-sdk/client-secrets-manager'),
  },
  { model: 'signer', client: 'SignerClient', load: () => import('@aws-sdk/client-signer') },
  { model: 'sns', client: 'SNSClient', load: () => import('@aws-sdk/client-sns') },
  { model: 'sqs', client: 'SQSClient', load: () => import('@aws-sdk/client-sqs') },
  { model: 'ssm', client: 'SSMClient', load: () => import('@aws-sdk/client-ssm') },
  { model: 'stepfunctions', client: 'SFNClient', load: () => import('@aws-sdk/client-sfn') },
  { model: 'sts', client: 'STSClient', load: () => import('@aws-sdk/client-sts') },
];

export interface SdkClient {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}

/** One client package with a client of it that talks to `endpoint` and adds nothing of its own. */
export class Sdk {
  readonly client: SdkClient;
  readonly #exports: Readonly<Record<string, unknown>>;

  constructor(source: ClientSource, exports: object, endpoint: string, settings: object = {}) {
    this.#exports = exports as Record<string, unknown>;
    const Client = this.#exports[source.client] as new (options: object) => SdkClient;
    this.client = new Client({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: { requestTimeout: 10_000, throwOnRequestTimeout: true },
      forcePathStyle: true,
      disableHostPrefix: true,
      disableRequestCompression: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      endpointDiscoveryEnabled: false,
      accountIdEndpointMode: 'disabled',
      // SQS: neither another host, nor digests of messages that are samples.
      ...(source.model === 'sqs' && { useQueueUrlAsEndpoint: false, md5: false }),
      ...settings,
    });
  }

  has(operation: string): boolean {
    return `${operation}Command` in this.#exports;
  }

  operations(): string[] {
    return Object.keys(this.#exports)
      .filter((name) => /^[A-Z]\w+Command$/.test(name))
      .map((name) => name.slice(0, -'Command'.length));
  }

  /** The class of an exception; undefined when this client does not know it. */
  exception(name: string): (new (...args: never[]) => Error) | undefined {
    const found = this.#exports[name];
    return typeof found === 'function' ? (found as new (...args: never[]) => Error) : undefined;
  }

  call(operation: string, input: object): Promise<Record<string, unknown>> {
    const Command = this.#exports[`${operation}Command`] as new (input: object) => object;
    return this.client.send(new Command(input));
  }
}
