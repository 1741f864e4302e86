import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { names } from '../../src/cli/demo/names.ts';
import type { Database } from '../../src/kernel/database/port.ts';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import { recordedEvents } from './recorder.ts';
import type { Call } from './resources.ts';

/** Everything that must be the same however often the process was killed; without ids and times. */
export interface Outcome {
  readonly executions: readonly string[];
  readonly actions: readonly string[];
  readonly builds: readonly string[];
  readonly reports: readonly string[];
  readonly deployments: readonly string[];
  /** What is on the bus, once for each time it is there. */
  readonly events: readonly string[];
  /** Objects are written again when a task is: which there are, and how many versions were told of twice. */
  readonly objects: readonly string[];
  readonly objectsToldTwice: number;
  /** What is not gone: events, kinds of tasks (timers are), runs, work folders, temporary files. */
  readonly left: Readonly<Record<string, readonly string[]>>;
}

/** What is looked at besides the API; a kernel is one. */
export interface Ground {
  readonly database: Pick<Database, 'read'>;
  readonly dataDir: string;
  readonly sandbox: { readonly workRoot: string };
}

type Rows = readonly Record<string, unknown>[];

export async function readOutcome(ground: Ground, call: Call): Promise<Outcome> {
  const pipelineName = names.pipeline;
  const { pipelineExecutionSummaries } = await call<{ pipelineExecutionSummaries: Rows }>(
    'codepipeline',
    'ListPipelineExecutions',
    { pipelineName },
  );
  const executions = pipelineExecutionSummaries.toReversed();
  const ids = new Map(executions.map((each, n) => [String(each['pipelineExecutionId']), `execution ${n}`]));
  const { actionExecutionDetails } = await call<{ actionExecutionDetails: Rows }>(
    'codepipeline',
    'ListActionExecutions',
    { pipelineName },
  );
  const events = await recordedEvents(ground.database.read);
  const objects = events.filter((event) => event.source === 'aws.s3').map(objectText);
  return {
    executions: executions.map((each) => texts(each['status'], each['trigger'], 'triggerType')),
    actions: actionExecutionDetails
      .map((each) => {
        const output = each['output'] as { outputVariables?: { VERSION?: string } } | undefined;
        const variables = output?.outputVariables?.VERSION ?? '';
        const execution = ids.get(String(each['pipelineExecutionId']));
        return [execution, each['stageName'], each['actionName'], each['status'], variables].join(' ').trim();
      })
      .toSorted(),
    builds: await buildsOf(call),
    reports: await reportsOf(call),
    deployments: await deploymentsOf(call),
    events: events
      .filter((event) => event.source !== 'aws.s3')
      .map((event) => eventText(event, ids))
      .toSorted(),
    objects: [...new Set(objects.map(({ name }) => name))].toSorted(),
    objectsToldTwice: objects.length - new Set(objects.map(({ version }) => version)).size,
    left: await whatIsLeft(ground),
  };
}

function texts(status: unknown, of: unknown, key: string): string {
  return `${String(status)} ${String((of as Record<string, unknown> | undefined)?.[key])}`;
}

async function buildsOf(call: Call): Promise<string[]> {
  const { ids } = await call<{ ids: string[] }>('codebuild', 'ListBuilds', {});
  if (ids.length === 0) return [];
  const { builds } = await call<{ builds: Rows }>('codebuild', 'BatchGetBuilds', { ids });
  return builds.map((build) => {
    const phases = build['phases'] as { phaseType: string; phaseStatus?: string }[];
    const text = phases.map((phase) => `${phase.phaseType}=${phase.phaseStatus ?? ''}`).join(' ');
    return `${String(build['buildNumber'])} ${String(build['buildStatus'])} ${text}`;
  });
}

async function reportsOf(call: Call): Promise<string[]> {
  const { reports: reportArns } = await call<{ reports: string[] }>('codebuild', 'ListReports', {});
  if (reportArns.length === 0) return [];
  const { reports } = await call<{ reports: Rows }>('codebuild', 'BatchGetReports', { reportArns });
  return reports.map((report) => {
    const { total, statusCounts } = report['testSummary'] as { total: number; statusCounts: object };
    return `${String(report['status'])} ${total} ${JSON.stringify(statusCounts)}`;
  });
}

async function deploymentsOf(call: Call): Promise<string[]> {
  const { deployments } = await call<{ deployments: string[] }>('codedeploy', 'ListDeployments', {});
  const found: string[] = [];
  for (const deploymentId of deployments) {
    const { deploymentInfo } = await call<{ deploymentInfo: Record<string, unknown> }>(
      'codedeploy',
      'GetDeployment',
      { deploymentId },
    );
    found.push(`${String(deploymentInfo['status'])} ${JSON.stringify(deploymentInfo['deploymentOverview'])}`);
    const { targetIds } = await call<{ targetIds: string[] }>('codedeploy', 'ListDeploymentTargets', {
      deploymentId,
    });
    for (const targetId of targetIds) {
      const { deploymentTarget } = await call<{
        deploymentTarget: { instanceTarget: { lifecycleEvents: Rows } };
      }>('codedeploy', 'GetDeploymentTarget', { deploymentId, targetId });
      for (const event of deploymentTarget.instanceTarget.lifecycleEvents) {
        found.push(`${targetId} ${String(event['lifecycleEventName'])} ${String(event['status'])}`);
      }
    }
  }
  return found;
}

const TOLD = [
  'stage',
  'action',
  'state',
  'build-status',
  'completed-phase',
  'completed-phase-status',
  'event',
  'referenceName',
  'instanceId',
  'deploymentGroup',
];

function eventText({ detailType, detail }: OutboxEvent, ids: ReadonlyMap<string, string>): string {
  const fields = detail as Readonly<Record<string, unknown>>;
  const approval = fields['approval'] as { actionName?: string; approvalStatus?: string } | undefined;
  const execution = ids.get(String(fields['execution-id'] ?? '')) ?? '';
  const told = TOLD.map((name) => fields[name]).filter((value) => value !== undefined);
  return [detailType, execution, ...told, approval?.actionName, approval?.approvalStatus]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

/** Keys of artifacts end in random letters. */
function objectText({ detailType, detail }: OutboxEvent): { name: string; version: string } {
  const { object } = detail as { object: { key: string; 'version-id'?: string } };
  const folder = object.key.split('/').slice(0, -1).join('/');
  return { name: `${detailType} ${folder}`, version: `${object.key} ${object['version-id']}` };
}

async function whatIsLeft({ database, dataDir, sandbox }: Ground): Promise<Outcome['left']> {
  const { read } = database;
  const outbox = await read.query<{ event: string }>('select event from outbox');
  // Timers wait for their time; tasks of no account are the rounds that every server makes now and then.
  const tasks = await read.query<{ kind: string }>("select distinct kind from tasks where account <> '-'");
  return {
    outbox: outbox.map((row) => row.event),
    tasks: tasks.map((row) => row.kind).toSorted(),
    runs: list(join(dataDir, 'runs')).filter((name) => !name.startsWith('.')),
    work: list(sandbox.workRoot),
    plans: list(join(dataDir, 'builds')),
    temporary: list(join(dataDir, 'tmp')),
  };
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
