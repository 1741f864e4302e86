import { type OpenApproval, openApprovals } from './client/approvals.ts';
import { firstAnswer } from './client/changes.ts';
import { findConnection } from './client/connection.ts';
import { pipelines } from './client/pipelines.ts';
import { paint } from './terminal/paint.ts';

interface Options {
  readonly data?: string;
  readonly reject?: boolean;
  readonly comment?: string;
  readonly stage?: string;
  readonly execution?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export async function approve(pipeline: string, options: Options): Promise<number> {
  const connection = findConnection(options);
  const api = await pipelines(connection);
  const look = async (): Promise<readonly OpenApproval[] | undefined> => {
    const { approvals, running } = await openApprovals(api, pipeline, options.execution);
    const found = approvals.filter(
      ({ stageName }) => options.stage === undefined || stageName === options.stage,
    );
    return found.length === 0 && options.wait && running ? undefined : found;
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
    const which = waiting.map(
      ({ stageName, executionId }) => `  --stage ${stageName} --execution ${executionId}`,
    );
    process.stderr.write(`pipewright: several approvals wait; say which with\n${which.join('\n')}\n`);
    return 2;
  }
  const status = options.reject ? 'Rejected' : 'Approved';
  const { executionId, ...action } = approval;
  const result = { status, summary: options.comment ?? '' } as const;
  await api.client.send(new api.sdk.PutApprovalResultCommand({ pipelineName: pipeline, ...action, result }));
  const { stageName, actionName } = action;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ pipeline, executionId, stageName, actionName, status })}\n`
      : `${paint(options.reject ? 'red' : 'green', status)} ${stageName}/${actionName} of ${pipeline}\n`,
  );
  return 0;
}
