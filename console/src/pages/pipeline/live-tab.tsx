import type { GetPipelineOutput } from '@aws-sdk/client-codepipeline';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from '../../ui/loaded.tsx';
import { Stack } from '../../ui/stack.tsx';
import { FailedAlerts } from './failed-alerts.tsx';
import { NowLine } from './now-line.tsx';
import { stateQuery } from './queries.ts';
import { StageCard } from './stage-card.tsx';
import { type StageView, stageViews } from './stage-view.ts';
import { Starts } from './starts.tsx';
import { Transition } from './transition.tsx';
import { useResolved } from './use-resolved.ts';
import { WaitingAlerts } from './waiting-alerts.tsx';

interface LiveTabProps {
  readonly name: string;
  readonly definition: GetPipelineOutput;
}

/** The stages as they are now. */
export function LiveTab({ name, definition }: LiveTabProps) {
  const state = useQuery(stateQuery(name));
  return (
    <Loaded query={state}>
      {(data) => (
        <Stages
          pipeline={name}
          of={stageViews(definition.pipeline, data.stageStates)}
          starts={<Starts of={definition} />}
        />
      )}
    </Loaded>
  );
}

interface StagesProps {
  readonly pipeline: string;
  readonly of: readonly StageView[];
  readonly starts: ReactNode;
}

function Stages({ pipeline, of, starts }: StagesProps) {
  const stages = useResolved(pipeline, of);
  return (
    <Stack>
      <NowLine stages={stages} />
      <WaitingAlerts pipeline={pipeline} stages={stages} />
      <FailedAlerts pipeline={pipeline} stages={stages} />
      {starts}
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
