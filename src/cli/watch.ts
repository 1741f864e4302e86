import { followChanges } from './client/changes.ts';
import type { Connection } from './client/connection.ts';
import { actionsOf, pipelines } from './client/pipelines.ts';
import { paintStatus } from './terminal/paint.ts';

const GOING: readonly string[] = ['InProgress', 'Stopping'];

/** Prints each change of an action until the newest execution has ended. */
export async function watchPipeline(connection: Connection, name: string): Promise<number> {
  const api = await pipelines(connection);
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const seen = new Map<string, string>();
  try {
    for await (const change of followChanges(connection, abort.signal)) {
      if (change.topic !== 'hello' && !change.topic.startsWith('codepipeline.')) continue;
      for (const line of news(await api.state(name), seen)) process.stdout.write(`${line}\n`);
      const latest = await api.latest(name);
      if (latest?.status !== undefined && !GOING.includes(latest.status)) {
        process.stdout.write(`${name}: ${paintStatus(latest.status)}\n`);
        return latest.status === 'Succeeded' ? 0 : 1;
      }
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
  return 130;
}

function news(state: Parameters<typeof actionsOf>[0], seen: Map<string, string>): string[] {
  const lines: string[] = [];
  for (const { stage, action } of actionsOf(state)) {
    const key = `${stage.stageName}/${action.actionName}`;
    const latest = action.latestExecution;
    const now = `${latest?.actionExecutionId} ${latest?.status}`;
    if (latest?.status === undefined || seen.get(key) === now) continue;
    seen.set(key, now);
    const [why = '', ...more] = (latest.errorDetails?.message ?? latest.summary ?? '').split('\n');
    lines.push(`${new Date().toLocaleTimeString()}  ${key}  ${paintStatus(latest.status)}  ${why}`.trimEnd());
    lines.push(...more.map((line) => `    ${line}`));
  }
  return lines;
}
