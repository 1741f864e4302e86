import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../ui/loaded.tsx';
import { Stack } from '../../ui/stack.tsx';
import { FailedAlerts } from './failed-alerts.tsx';
import { NowLine } from './now-line.tsx';
import { stateQuery } from './queries.ts';
import { StageCard } from './stage-card.tsx';
import { type StageView, stageViews } from './stage-view.ts';
import { Transition } from './transition.tsx';
import { useResolved } from './use-resolved.ts';
import { WaitingAlerts } from './waiting-alerts.tsx';

interface LiveTabProps {
  readonly name: string;
  readonly definition: PipelineDeclaration | undefined;
}

/** The stages as they are now. */
export function LiveTab({ name, definition }: LiveTabProps) {
  const state = useQuery(stateQuery(name));
  return (
    <Loaded query={state}>
      {(data) => <Stages pipeline={name} of={stageViews(definition, data.stageStates)} />}
    </Loaded>
  );
}

interface StagesProps {
  readonly pipeline: string;
  readonly of: readonly StageView[];
}

function Stages({ pipeline, of }: StagesProps) {
  const stages = useResolved(pipeline, of);
  return (
    <Stack>
      <NowLine stages={stages} />
      <WaitingAlerts pipeline={pipeline} stages={stages} />
      <FailedAlerts pipeline={pipeline} stages={stages} />
      <ol className="pw-stages">
        {stages.map((stage) => (
          <li key={stage.name}>
            {stage.transition === undefined ? null : (
              <Transition pipeline={pipeline} stage={stage} transition={stage.transition} />
            )}
            <StageCard pipeline={pipeline} stage={stage} />
          </li>
        ))}
      </ol>
    </Stack>
  );
}
