import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import { useState } from 'react';
import { stopDeployment } from '../../aws/deployments.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Stops a deployment; hosts that are done keep the new revision unless it is rolled back. */
export function StopDeploymentButton({ id }: { readonly id: string }) {
  const [open, setOpen] = useState(false);
  const [rollback, setRollback] = useState(false);
  const close = (): void => setOpen(false);
  const stop = useAction(() => stopDeployment(id, rollback), 'The deployment is stopping', close);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Stop deployment</Button>
      {open ? (
        <Confirm
          title={`Stop deployment ${id}?`}
          verb="Stop deployment"
          busy={stop.isPending}
          onConfirm={() => stop.mutate(undefined)}
          onClose={close}
        >
          <Checkbox
            checked={rollback}
            onChange={({ detail }) => setRollback(detail.checked)}
            description="Hosts that are done already get the last good revision back."
          >
            Roll back
          </Checkbox>
        </Confirm>
      ) : null}
    </>
  );
}
