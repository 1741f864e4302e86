import { parseArn } from '../arn.ts';
import type { StartedAction } from './types.ts';

/** What a source action looks at, and the events that its changes put on the bus. */
export interface SourceChanges {
  readonly action: string;
  /** `a push to branch main of app`. */
  readonly words: string;
  /** Whether a change starts the pipeline without any rule. */
  readonly byItself: boolean;
  /** Account and region whose default bus has the events. */
  readonly home: Home;
  /** The usual change first. */
  readonly samples: readonly SampleEvent[];
}

export interface Home {
  readonly account: string;
  readonly region: string;
}

export interface SampleEvent {
  readonly words: string;
  readonly event: Readonly<Record<string, unknown>>;
  /** Paths whose values nobody can know beforehand. */
  readonly unknown: readonly string[];
}

/** Undefined for a source whose changes are not known here. */
export function sourceChanges(action: StartedAction, pipeline: Home): SourceChanges | undefined {
  const configuration = action.configuration ?? {};
  const account = parseArn(action.roleArn ?? '')?.account;
  const home = { account: account || pipeline.account, region: action.region ?? pipeline.region };
  const samples = samplesOf(action.actionTypeId?.provider, configuration, home);
  if (samples.length === 0) return undefined;
  return {
    action: action.name ?? '',
    words: samples[0]?.words ?? '',
    byItself: configuration['PollForSourceChanges']?.toLowerCase() !== 'false',
    home,
    samples,
  };
}

function samplesOf(
  provider: string | undefined,
  configuration: Readonly<Record<string, string>>,
  home: Home,
): SampleEvent[] {
  if (provider === 'CodeCommit') {
    const { RepositoryName: repository = '', BranchName: branch = '' } = configuration;
    return [
      commitSample(
        `a push to branch ${branch} of ${repository}`,
        'referenceUpdated',
        repository,
        branch,
        home,
      ),
      commitSample(
        `the creation of branch ${branch} of ${repository}`,
        'referenceCreated',
        repository,
        branch,
        home,
      ),
    ];
  }
  if (provider === 'S3') {
    const { S3Bucket: bucket = '', S3ObjectKey: key = '' } = configuration;
    return [objectSample(bucket, key, home)];
  }
  return [];
}

const COMMIT = '0'.repeat(40);

function commitSample(
  words: string,
  event: string,
  repository: string,
  branch: string,
  home: Home,
): SampleEvent {
  return {
    words,
    unknown: [
      'id',
      'time',
      'detail.repositoryId',
      'detail.commitId',
      'detail.oldCommitId',
      'detail.callerUserArn',
    ],
    event: envelope('aws.codecommit', 'CodeCommit Repository State Change', home, {
      resources: [`arn:aws:codecommit:${home.region}:${home.account}:${repository}`],
      detail: {
        event,
        repositoryName: repository,
        repositoryId: 'id',
        referenceType: 'branch',
        referenceName: branch,
        referenceFullName: `refs/heads/${branch}`,
        commitId: COMMIT,
        ...(event === 'referenceUpdated' ? { oldCommitId: COMMIT } : {}),
        callerUserArn: `arn:aws:iam::${home.account}:root`,
      },
    }),
  };
}

function objectSample(bucket: string, key: string, home: Home): SampleEvent {
  return {
    words: `a new version of ${key} in bucket ${bucket}`,
    unknown: [
      'id',
      'time',
      'detail.object.size',
      'detail.object.etag',
      'detail.object.version-id',
      'detail.object.sequencer',
      'detail.request-id',
      'detail.requester',
      'detail.source-ip-address',
      'detail.reason',
    ],
    event: envelope('aws.s3', 'Object Created', home, {
      resources: [`arn:aws:s3:::${bucket}`],
      detail: {
        version: '0',
        bucket: { name: bucket },
        object: { key, size: 1, etag: COMMIT, 'version-id': 'id', sequencer: '0'.repeat(16) },
        'request-id': 'id',
        requester: home.account,
        'source-ip-address': '127.0.0.1',
        reason: 'PutObject',
      },
    }),
  };
}

function envelope(
  source: string,
  detailType: string,
  home: Home,
  more: { readonly resources: readonly string[]; readonly detail: unknown },
): Readonly<Record<string, unknown>> {
  return {
    version: '0',
    id: 'id',
    'detail-type': detailType,
    source,
    account: home.account,
    time: '2000-01-01T00:00:00Z',
    region: home.region,
    ...more,
  };
}
