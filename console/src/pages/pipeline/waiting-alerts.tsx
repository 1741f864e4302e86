import Alert from '@cloudscape-design/components/alert';
import { ReviewButton, type ReviewOf } from './review-button.tsx';
import type { StageView } from './stage-view.ts';

interface WaitingAlertsProps {
  readonly pipeline: string;
  readonly stages: readonly StageView[];
}

/** What waits for a person. */
export function WaitingAlerts({ pipeline, stages }: WaitingAlertsProps) {
  return stages.flatMap((stage) =>
    stage.groups
      .flat()
      .filter((action) => action.approvalToken !== undefined)
      .map((action) => (
        <WaitingAlert
          key={`${stage.name}/${action.name}`}
          pipeline={pipeline}
          stage={stage.name}
          action={action}
        />
      )),
  );
}

export function WaitingAlert({ pipeline, stage, action }: ReviewOf) {
  return (
    <Alert
      type="info"
      header={`${action.name} waits for a decision`}
      action={<ReviewButton pipeline={pipeline} stage={stage} action={action} />}
    >
      {action.configuration['CustomData'] ?? `The execution goes on in ${stage} once it is approved.`}
    </Alert>
  );
}
