import { firstAnswer } from './client/changes.ts';
import { findConnection } from './client/connection.ts';
import { pipelines, type WaitingApproval, waitingApprovals } from './client/pipelines.ts';
import { paint } from './terminal/paint.ts';

interface Options {
  readonly data?: string;
  readonly reject?: boolean;
  readonly comment?: string;
  readonly stage?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export async function approve(pipeline: string, options: Options): Promise<number> {
  const connection = findConnection(options);
  const api = await pipelines(connection);
  const look = async (): Promise<WaitingApproval[] | undefined> => {
    const found = waitingApprovals(await api.state(pipeline)).filter(
      ({ stageName }) => options.stage === undefined || stageName === options.stage,
    );
    if (found.length > 0) return found;
    const runs = (await api.latest(pipeline))?.status === 'InProgress';
    return options.wait && runs ? undefined : [];
  };
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const waiting = await (options.wait ? firstAnswer(connection, look, abort.signal) : look()).catch(
    (error: unknown) => {
      if (abort.signal.aborted) return undefined;
      throw error;
    },
  );
  if (waiting === undefined) return 130;
  const [approval, another] = waiting;
  if (approval === undefined) {
    process.stderr.write(`pipewright: no approval of ${pipeline} waits\n`);
    return 1;
  }
  if (another !== undefined) {
    const stages = waiting.map(({ stageName }) => stageName).join(', ');
    process.stderr.write(`pipewright: several approvals wait (${stages}); say which with --stage\n`);
    return 2;
  }
  const status = options.reject ? 'Rejected' : 'Approved';
  await api.client.send(
    new api.sdk.PutApprovalResultCommand({
      pipelineName: pipeline,
      ...approval,
      result: { status, summary: options.comment ?? '' },
    }),
  );
  const { stageName, actionName } = approval;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ pipeline, stageName, actionName, status })}\n`
      : `${paint(options.reject ? 'red' : 'green', status)} ${stageName}/${actionName} of ${pipeline}\n`,
  );
  return 0;
}
