import type { ApprovalStatus } from '@aws-sdk/client-codepipeline';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Link from '@cloudscape-design/components/link';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { putApproval } from '../../aws/pipelines.ts';
import { focusFirst } from '../../ui/focus-first.ts';
import { useAction } from '../../ui/use-action.ts';
import { webAddress } from '../shared/revision.ts';
import type { ReviewOf } from './review-button.tsx';

const MAX_COMMENT = 512;

/** Approve or reject, with a comment. */
export function ReviewDialog({
  pipeline,
  stage,
  action,
  onClose,
}: ReviewOf & { readonly onClose: () => void }) {
  const [comment, setComment] = useState('');
  const answer = useAction(
    (status: ApprovalStatus) =>
      putApproval({
        pipelineName: pipeline,
        stageName: stage,
        actionName: action.name,
        token: action.approvalToken ?? '',
        status,
        summary: comment,
      }),
    `${action.name}: your answer counts`,
    onClose,
  );
  const tooLong = comment.length > MAX_COMMENT;
  const page = webAddress(action.configuration['ExternalEntityLink']);
  const request = action.configuration['CustomData'];
  const button = (status: ApprovalStatus, text: string, variant: 'primary' | 'normal') => (
    <Button
      variant={variant}
      disabled={tooLong}
      loading={answer.isPending && answer.variables === status}
      onClick={() => answer.mutate(status)}
    >
      {text}
    </Button>
  );
  return (
    <Modal
      visible
      header={`Review ${action.name}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            {button('Rejected', 'Reject', 'normal')}
            {button('Approved', 'Approve', 'primary')}
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {request === undefined ? null : <p className="pw-words">{request}</p>}
        {page === undefined ? null : (
          <Link href={page} external externalIconAriaLabel="Opens in a new tab">
            What is to be reviewed
          </Link>
        )}
        <FormField
          label="Comment"
          description="Stands beside the answer in the history."
          errorText={tooLong ? `At most ${MAX_COMMENT} characters` : undefined}
        >
          <Textarea ref={focusFirst} value={comment} onChange={({ detail }) => setComment(detail.value)} />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}
