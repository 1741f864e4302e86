import { AppLink } from '../../ui/app-link.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { Status, statusLook } from '../../ui/status.tsx';
import { nameInArn } from '../shared/trigger-words.ts';
import { WorkLink } from '../shared/work-link.tsx';
import { ReviewButton } from './review-button.tsx';
import type { ActionView } from './stage-view.ts';

interface ActionCardProps {
  readonly pipeline: string;
  readonly stage: string;
  readonly action: ActionView;
}

/** An action: what it is, how it stands, why it failed. */
export function ActionCard({ pipeline, stage, action }: ActionCardProps) {
  const waits = action.approvalToken !== undefined;
  const tone = waits ? 'waiting' : action.status === undefined ? undefined : statusLook(action.status)[0];
  return (
    <div className="pw-action" data-tone={tone} role="group" aria-label={`Action ${action.name}`}>
      <div className="pw-action-head">
        <strong>{action.name}</strong>
        <span className="pw-muted">{action.provider === 'Manual' ? 'Manual approval' : action.provider}</span>
      </div>
      {waits ? <Status of="pending" words="Waits for a decision" /> : <Status of={action.status} />}
      <div className="pw-action-facts pw-muted">
        <When of={action} />
        {action.by === undefined ? null : <span>by {nameInArn(action.by)}</span>}
        <WorkLink link={action.link} of={action.name} />
        <RevisionOf action={action} />
      </div>
      <Words of={action} />
      {waits ? <ReviewButton pipeline={pipeline} stage={stage} action={action} /> : null}
    </div>
  );
}

function When({ of }: { readonly of: ActionView }) {
  if (of.changedAt === undefined) return null;
  return (
    <span>{of.status === 'InProgress' ? <Elapsed from={of.changedAt} /> : <Moment at={of.changedAt} />}</span>
  );
}

function RevisionOf({ action }: { readonly action: ActionView }) {
  if (action.revision === undefined) return null;
  const id = <span className="pw-mono">{action.revision.short}</span>;
  return action.revision.to === undefined ? id : <AppLink to={action.revision.to}>{id}</AppLink>;
}

function Words({ of }: { readonly of: ActionView }) {
  if (of.error !== undefined) return <p className="pw-action-words pw-action-error">{of.error.message}</p>;
  if (of.summary === undefined || of.summary === '') return null;
  return <p className="pw-action-words pw-muted">{of.summary.split('\n')[0]}</p>;
}
