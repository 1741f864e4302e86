import type { ActionView, StageView } from './stage-view.ts';

/** Says in one sentence what the pipeline does now; read out when it changes. */
export function NowLine({ stages }: { readonly stages: readonly StageView[] }) {
  return (
    <p className="pw-now" role="status">
      {nowInWords(stages)}
    </p>
  );
}

export function nowInWords(stages: readonly StageView[]): string {
  const running = stages.flatMap((stage) =>
    stage.groups
      .flat()
      .filter((action) => action.status === 'InProgress')
      .map((action) => doingInWords(stage, action)),
  );
  if (running.length > 0) return `${running.join('; ')}.`;
  const stopping = stages.find((stage) => stage.status === 'Stopping');
  if (stopping !== undefined) return `${stopping.name} is stopping.`;
  const starting = stages.find((stage) => stage.status === 'InProgress');
  if (starting !== undefined) return `${starting.name} is between two actions.`;
  const failed = stages.find((stage) => stage.status === 'Failed');
  if (failed !== undefined) return `Nothing runs. ${failed.name} failed.`;
  const waiting = stages.find((stage) => stage.inbound.length > 0);
  if (waiting !== undefined) return `Nothing runs. An execution waits to enter ${waiting.name}.`;
  if (stages.every((stage) => stage.status === undefined)) return 'This pipeline has not run yet.';
  return 'Nothing runs now.';
}

function doingInWords(stage: StageView, action: ActionView): string {
  if (action.category === 'Approval') return `${stage.name} waits for a decision in ${action.name}`;
  return `${stage.name} runs ${action.name}`;
}
