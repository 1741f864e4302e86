import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { stopExecution } from '../../aws/pipelines.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useAction } from '../../ui/use-action.ts';

interface StopButtonProps {
  readonly pipeline: string;
  readonly executionId: string;
}

/** Stops an execution: after its running actions, or at once. */
export function StopButton({ pipeline, executionId }: StopButtonProps) {
  const [open, setOpen] = useState(false);
  const [abandon, setAbandon] = useState(false);
  const [reason, setReason] = useState('');
  const close = (): void => setOpen(false);
  const stop = useAction(
    () => stopExecution(pipeline, executionId, abandon, reason),
    'The execution is stopping',
    close,
  );
  return (
    <>
      <Button ariaLabel={`Stop execution ${executionId.slice(0, 8)}`} onClick={() => setOpen(true)}>
        Stop
      </Button>
      {open ? (
        <Confirm
          title={`Stop execution ${executionId.slice(0, 8)}?`}
          verb="Stop execution"
          busy={stop.isPending}
          onConfirm={() => stop.mutate(undefined)}
          onClose={close}
        >
          <SpaceBetween size="m">
            <Checkbox
              checked={abandon}
              onChange={({ detail }) => setAbandon(detail.checked)}
              description="Without this, what runs now ends first. Abandoned work may go on where it runs."
            >
              Abandon running actions
            </Checkbox>
            <FormField label="Reason" description="Stands in the history.">
              <Input value={reason} onChange={({ detail }) => setReason(detail.value.slice(0, 200))} />
            </FormField>
          </SpaceBetween>
        </Confirm>
      ) : null}
    </>
  );
}
