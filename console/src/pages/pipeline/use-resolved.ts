import { useQuery } from '@tanstack/react-query';
import { actionsQuery } from './queries.ts';
import type { ActionView, StageView } from './stage-view.ts';

const asks = (action: ActionView): boolean =>
  action.approvalToken !== undefined &&
  Object.values(action.configuration).some((value) => value.includes('#{'));

/** Puts the values of variables into what a waiting approval asks; the definition holds only their names. */
export function useResolved(pipeline: string, stages: readonly StageView[]): readonly StageView[] {
  const waiting = stages.find((stage) => stage.groups.flat().some(asks));
  const actions = useQuery({
    ...actionsQuery(pipeline, waiting?.executionId ?? ''),
    enabled: waiting?.executionId !== undefined,
  });
  if (waiting === undefined) return stages;
  const resolve = (action: ActionView): ActionView => {
    const run = actions.data?.findLast(
      (each) => each.stageName === waiting.name && each.actionName === action.name,
    );
    const resolved = run?.input?.resolvedConfiguration ?? {};
    return { ...action, configuration: { ...action.configuration, ...resolved } };
  };
  return stages.map((stage) =>
    stage === waiting ? { ...stage, groups: stage.groups.map((group) => group.map(resolve)) } : stage,
  );
}
