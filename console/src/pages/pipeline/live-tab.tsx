import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../ui/loaded.tsx';
import { FailedAlerts } from './failed-alerts.tsx';
import { NowLine } from './now-line.tsx';
import { stateQuery } from './queries.ts';
import { StageCard } from './stage-card.tsx';
import { stageViews } from './stage-view.ts';
import { Transition } from './transition.tsx';
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
      {(data) => {
        const stages = stageViews(definition, data.stageStates);
        return (
          <>
            <NowLine stages={stages} />
            <WaitingAlerts pipeline={name} stages={stages} />
            <FailedAlerts pipeline={name} stages={stages} />
            <ol className="pw-stages">
              {stages.map((stage) => (
                <li key={stage.name}>
                  {stage.transition === undefined ? null : (
                    <Transition pipeline={name} stage={stage} transition={stage.transition} />
                  )}
                  <StageCard pipeline={name} stage={stage} />
                </li>
              ))}
            </ol>
          </>
        );
      }}
    </Loaded>
  );
}
