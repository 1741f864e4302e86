import type { ActionState, StageState } from '@aws-sdk/client-codepipeline';
import { paint, paintStatus } from '../terminal/paint.ts';
import { duration } from '../terminal/time.ts';

/** What the demo shows: one line for each thing that happens, with the time since the demo began. */
export interface Screen {
  step(text: string): void;
  note(text: string): void;
  log(text: string): void;
  fault(error: unknown): void;
  /** Prints an action's state when it changed. */
  action(stage: StageState, action: ActionState): void;
}

export function createScreen(
  write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Screen {
  const start = Date.now();
  const seen = new Map<string, string>();
  const stamp = () => paint('dim', duration(Date.now() - start).padStart(8));
  const log = (text: string) => write(`${stamp()}    ${paint('dim', '│')} ${text}`);
  return {
    step: (text) => write(`${stamp()}  ${paint('bold', text)}`),
    note: (text) => write(`${stamp()}  ${text}`),
    log,
    fault: (error) => {
      const known = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      write(`${stamp()}  ${paint('red', known)}`);
    },
    action(stage, action) {
      const latest = action.latestExecution;
      const key = `${stage.latestExecution?.pipelineExecutionId}/${stage.stageName}/${action.actionName}`;
      if (latest?.status === undefined || seen.get(key) === latest.status) return;
      seen.set(key, latest.status);
      const [why = '', ...more] = (latest.errorDetails?.message ?? '').split('\n');
      write(
        `${stamp()}  ${stage.stageName}/${action.actionName} ${paintStatus(latest.status)} ${why}`.trimEnd(),
      );
      for (const line of more) log(line);
    },
  };
}
