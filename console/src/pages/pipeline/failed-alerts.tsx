import Alert from '@cloudscape-design/components/alert';
import { WorkLink } from '../shared/work-link.tsx';
import { RetryButtons } from './retry-buttons.tsx';
import { failedActions, type StageView } from './stage-view.ts';

interface FailedAlertsProps {
  readonly pipeline: string;
  readonly stages: readonly StageView[];
}

/** Why it failed, in words, and what one can do about it. */
export function FailedAlerts({ pipeline, stages }: FailedAlertsProps) {
  return failedActions(stages).map(({ stage, action }) => (
    <Alert
      key={`${stage.name}/${action.name}`}
      type="error"
      header={`${action.name} failed in ${stage.name}`}
      action={<RetryButtons pipeline={pipeline} stage={stage} />}
    >
      <p className="pw-words">{action.error?.message ?? action.summary ?? 'The action gave no reason.'}</p>
      <WorkLink link={action.link} of={action.name} />
    </Alert>
  ));
}
