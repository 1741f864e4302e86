import { findConnection } from './client/connection.ts';
import { pipelines, waitingApprovals } from './client/pipelines.ts';
import { paint } from './terminal/paint.ts';

interface Options {
  readonly data?: string;
  readonly reject?: boolean;
  readonly comment: string;
  readonly stage?: string;
  readonly json?: boolean;
}

export async function approve(pipeline: string, options: Options): Promise<number> {
  const api = await pipelines(findConnection(options));
  const waiting = waitingApprovals(await api.state(pipeline)).filter(
    ({ stageName }) => options.stage === undefined || stageName === options.stage,
  );
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
      result: { status, summary: options.comment },
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
