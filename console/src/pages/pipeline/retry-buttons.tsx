import type { StageRetryMode } from '@aws-sdk/client-codepipeline';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { retryStage } from '../../aws/pipelines.ts';
import { useAction } from '../../ui/use-action.ts';
import type { StageView } from './stage-view.ts';

interface RetryButtonsProps {
  readonly pipeline: string;
  readonly stage: Pick<StageView, 'name' | 'executionId'>;
}

/** Runs a failed stage again: only what failed, or all of it. */
export function RetryButtons({ pipeline, stage }: RetryButtonsProps) {
  const retry = useAction(
    (mode: StageRetryMode) => retryStage(pipeline, stage.name, stage.executionId ?? '', mode),
    `${stage.name} runs again`,
  );
  return (
    <ButtonDropdown
      loading={retry.isPending}
      disabled={stage.executionId === undefined}
      ariaLabel={`Other ways to retry ${stage.name}`}
      mainAction={{
        text: 'Retry failed actions',
        ariaLabel: `Retry failed actions of ${stage.name}`,
        onClick: () => retry.mutate('FAILED_ACTIONS'),
      }}
      items={[{ id: 'ALL_ACTIONS', text: 'Retry the whole stage' }]}
      onItemClick={({ detail }) => retry.mutate(detail.id as StageRetryMode)}
    />
  );
}
