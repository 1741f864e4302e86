import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { ReviewDialog } from './review-dialog.tsx';
import type { ActionView } from './stage-view.ts';

export interface ReviewOf {
  readonly pipeline: string;
  readonly stage: string;
  readonly action: Pick<ActionView, 'name' | 'configuration' | 'approvalToken'>;
}

/** Opens the dialog in which one approves or rejects. */
export function ReviewButton({ pipeline, stage, action }: ReviewOf) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button ariaLabel={`Review ${action.name}`} onClick={() => setOpen(true)}>
        Review
      </Button>
      {open ? (
        <ReviewDialog pipeline={pipeline} stage={stage} action={action} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}
