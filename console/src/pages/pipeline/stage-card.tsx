import './stages.css';
import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import { AppLink } from '../../ui/app-link.tsx';
import { paths } from '../../ui/paths.ts';
import { isRunning, Status, statusLook } from '../../ui/status.tsx';
import { ActionCard } from './action-card.tsx';
import { RetryButtons } from './retry-buttons.tsx';
import type { StageView } from './stage-view.ts';
import { StopButton } from './stop-button.tsx';

interface StageCardProps {
  readonly pipeline: string;
  readonly stage: StageView;
}

/** A stage with its actions in their order. */
export function StageCard({ pipeline, stage }: StageCardProps) {
  const tone = stage.status === undefined ? undefined : statusLook(stage.status)[0];
  return (
    <section className="pw-stage" data-tone={tone} aria-label={`Stage ${stage.name}`}>
      <div className="pw-stage-head">
        <Box variant="h2" fontSize="heading-m" padding="n">
          {stage.name}
        </Box>
        <Status of={stage.status} />
        {stage.rollback ? <Badge color="severity-medium">Rollback</Badge> : null}
        {stage.executionId === undefined ? null : (
          <AppLink
            to={paths.execution(pipeline, stage.executionId)}
            ariaLabel={`Execution ${stage.executionId.slice(0, 8)} of ${stage.name}`}
          >
            Execution <span className="pw-mono">{stage.executionId.slice(0, 8)}</span>
          </AppLink>
        )}
        <div className="pw-stage-buttons">
          {stage.status === 'Failed' ? <RetryButtons pipeline={pipeline} stage={stage} /> : null}
          {isRunning(stage.status) && stage.executionId !== undefined && stage.status !== 'Stopping' ? (
            <StopButton pipeline={pipeline} executionId={stage.executionId} />
          ) : null}
        </div>
      </div>
      <div className="pw-groups">
        {stage.groups.map((group) => (
          <div key={group[0]?.runOrder} className="pw-group">
            {group.map((action) => (
              <ActionCard key={action.name} pipeline={pipeline} stage={stage.name} action={action} />
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}
