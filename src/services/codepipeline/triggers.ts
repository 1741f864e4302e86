import type { Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { EventsRoom, TargetInvocation } from '../events/index.ts';
import type { WantedRevision } from './actions/provider.ts';
import { parsePipelineArn } from './arn.ts';
import type { CodePipelineParts } from './parts.ts';
import { startExecution } from './start-execution.ts';
import { pipelineById, requirePipeline } from './store/pipelines.ts';
import { branchKey, findSources, objectKey, type SourceRow } from './store/sources.ts';

/** Lets changes of sources start pipelines: those that listen themselves, and those that a rule names as its target. */
export function listenForChanges(parts: CodePipelineParts, events: EventsRoom): void {
  events.onEvent((tx, event) => startListeners(parts, tx, event));
  events.addTarget(
    'codepipeline',
    (invocation) => startTarget(parts, invocation),
    (arn) => (parsePipelineArn(arn) ? undefined : `${arn} is not the ARN of a pipeline`),
  );
}

/** A change of a source, as far as it concerns source actions. */
interface Change {
  readonly provider: 'CodeCommit' | 'S3';
  readonly source: string;
  readonly revision: WantedRevision | undefined;
  readonly facts: Readonly<Record<string, string>>;
}

/** In the transaction that takes the event from the outbox, so each change starts each pipeline exactly once. */
async function startListeners(parts: CodePipelineParts, tx: Tx, event: OutboxEvent): Promise<void> {
  const change = changeOf(event.source, event.detailType, event.detail);
  if (!change) return;
  const sources = await findSources(tx, event.scope, change.provider, change.source);
  for (const [pipelineId, rows] of byPipeline(sources)) {
    const listener = rows.find((row) => row.push === 1);
    if (!listener) continue;
    const home: Scope = { account: listener.pipeline_account, region: listener.pipeline_region };
    const pipeline = await pipelineById(tx, home, pipelineId);
    if (!pipeline) continue;
    await startExecution(parts, tx, home, pipeline, {
      trigger: { type: 'PollForSourceChanges', detail: listener.action, facts: change.facts },
      revisions: wantedOf(rows, change),
    }).catch((error: unknown) => {
      // A pipeline that cannot start (a variable without a value) must not hold up everybody's events.
      if (!(error instanceof ApiError)) throw error;
      parts.kernel.logger.warn(
        { pipeline: pipeline.name, error: error.message },
        'a change could not start it',
      );
    });
  }
}

/** A rule named the pipeline as its target. The invocation may be repeated; its key starts one execution. */
async function startTarget(parts: CodePipelineParts, invocation: TargetInvocation): Promise<void> {
  const target = parsePipelineArn(invocation.targetArn);
  if (!target) throw new ApiError('ValidationException', `${invocation.targetArn} is no pipeline`);
  const { scope, name } = target;
  const { event } = invocation;
  const change = changeOf(event['source'], event['detail-type'], event['detail']);
  await parts.kernel.database.transaction(async (tx) => {
    const pipeline = await requirePipeline(tx, scope, name);
    const sources = change ? await findSources(tx, invocation.scope, change.provider, change.source) : [];
    const rows = sources.filter((row) => row.pipeline_id === pipeline.pipeline_id);
    await startExecution(parts, tx, scope, pipeline, {
      trigger: {
        type: 'CloudWatchEvent',
        detail: invocation.ruleArn,
        ...(change ? { facts: change.facts } : {}),
      },
      revisions: change ? wantedOf(rows, change) : {},
      token: invocation.key,
    });
  });
}

function byPipeline(rows: readonly SourceRow[]): Map<string, SourceRow[]> {
  const found = new Map<string, SourceRow[]>();
  for (const row of rows) found.set(row.pipeline_id, [...(found.get(row.pipeline_id) ?? []), row]);
  return found;
}

/** The execution takes exactly the change that started it, not what is newest when its turn comes (A2.5, B3.7). */
function wantedOf(rows: readonly SourceRow[], change: Change): Readonly<Record<string, WantedRevision>> {
  const { revision } = change;
  return revision ? Object.fromEntries(rows.map((row) => [row.action, revision])) : {};
}

function changeOf(source: unknown, detailType: unknown, detail: unknown): Change | undefined {
  const fields = (detail ?? {}) as Readonly<Record<string, unknown>>;
  if (source === 'aws.codecommit' && detailType === 'CodeCommit Repository State Change') {
    return commitOf(fields);
  }
  if (source === 'aws.s3' && detailType === 'Object Created') return objectOf(fields);
  return undefined;
}

function commitOf(detail: Readonly<Record<string, unknown>>): Change | undefined {
  const { event, referenceType, referenceName, repositoryName, commitId } = detail;
  if (event !== 'referenceCreated' && event !== 'referenceUpdated') return undefined;
  if (referenceType !== 'branch') return undefined;
  if (typeof referenceName !== 'string' || typeof repositoryName !== 'string') return undefined;
  const commit = typeof commitId === 'string' ? commitId : undefined;
  return {
    provider: 'CodeCommit',
    source: branchKey(repositoryName, referenceName),
    revision: commit === undefined ? undefined : { type: 'COMMIT_ID', value: commit },
    facts: {
      'repository-name': repositoryName,
      'branch-name': referenceName,
      ...(commit === undefined ? {} : { 'commit-id': commit }),
    },
  };
}

function objectOf(detail: Readonly<Record<string, unknown>>): Change | undefined {
  const bucket = (detail['bucket'] as { name?: unknown } | undefined)?.name;
  const object = detail['object'] as { key?: unknown; 'version-id'?: unknown } | undefined;
  const key = object?.key;
  const version = object?.['version-id'];
  if (typeof bucket !== 'string' || typeof key !== 'string') return undefined;
  return {
    provider: 'S3',
    source: objectKey(bucket, key),
    revision: typeof version === 'string' ? { type: 'S3_OBJECT_VERSION_ID', value: version } : undefined,
    facts: {
      'bucket-name': bucket,
      'object-key': key,
      ...(typeof version === 'string' ? { 'version-id': version } : {}),
    },
  };
}
