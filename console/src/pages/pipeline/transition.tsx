import type { TransitionState } from '@aws-sdk/client-codepipeline';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { disableTransition, enableTransition } from '../../aws/pipelines.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { focusFirst } from '../../ui/focus-first.ts';
import { Moment } from '../../ui/moment.tsx';
import { useAction } from '../../ui/use-action.ts';
import { nameInArn } from '../shared/trigger-words.ts';
import type { StageView } from './stage-view.ts';

interface TransitionProps {
  readonly pipeline: string;
  readonly stage: StageView;
  readonly transition: TransitionState;
}

/** The way into a stage: open or closed, who waits before it, and the switch. */
export function Transition({ pipeline, stage, transition }: TransitionProps) {
  const enabled = transition.enabled !== false;
  const waiting = stage.inbound.length;
  return (
    <div className="pw-transition" data-open={enabled}>
      <span className="pw-transition-arrow" aria-hidden="true">
        {enabled ? '↓' : '⊘'}
      </span>
      {enabled ? null : <ClosedWords transition={transition} />}
      {waiting === 0 ? null : (
        <span className="pw-muted">
          {waiting === 1 ? 'One execution waits' : `${waiting} executions wait`} to enter {stage.name}
        </span>
      )}
      {enabled ? (
        <CloseButton pipeline={pipeline} stage={stage.name} />
      ) : (
        <OpenButton pipeline={pipeline} stage={stage.name} />
      )}
    </div>
  );
}

function ClosedWords({ transition }: { readonly transition: TransitionState }) {
  return (
    <span>
      Closed{transition.lastChangedBy === undefined ? '' : ` by ${nameInArn(transition.lastChangedBy)}`}{' '}
      <Moment at={transition.lastChangedAt} />
      {transition.disabledReason ? <>: {transition.disabledReason}</> : null}
    </span>
  );
}

interface SwitchProps {
  readonly pipeline: string;
  readonly stage: string;
}

function OpenButton({ pipeline, stage }: SwitchProps) {
  const open = useAction(() => enableTransition(pipeline, stage), `The transition into ${stage} is enabled`);
  return (
    <Button
      variant="inline-link"
      ariaLabel={`Enable transition into ${stage}`}
      loading={open.isPending}
      onClick={() => open.mutate(undefined)}
    >
      Enable transition
    </Button>
  );
}

/** What the API refuses, said before it is asked. */
export function reasonProblem(reason: string): string | undefined {
  if (reason.trim() === '') return 'A reason is required.';
  const [odd] = /[^a-zA-Z0-9!@ ().*?-]/u.exec(reason) ?? [];
  return odd === undefined ? undefined : `A reason cannot hold “${odd}”.`;
}

function CloseButton({ pipeline, stage }: SwitchProps) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const problem = reasonProblem(reason);
  const done = (): void => {
    setAsking(false);
    setTried(false);
  };
  const close = useAction(
    () => disableTransition(pipeline, stage, reason),
    `The transition into ${stage} is disabled`,
    done,
  );
  return (
    <>
      <Button
        variant="inline-link"
        ariaLabel={`Disable transition into ${stage}`}
        onClick={() => setAsking(true)}
      >
        Disable transition
      </Button>
      {asking ? (
        <Confirm
          title={`Disable the transition into ${stage}?`}
          verb="Disable"
          busy={close.isPending}
          onConfirm={() => (problem === undefined ? close.mutate(undefined) : setTried(true))}
          onClose={done}
        >
          <FormField
            label="Reason"
            description="Executions wait before the stage until the transition is enabled again."
            constraintText="Required: at most 300 letters, digits, spaces and ! @ ( ) . * ? -"
            errorText={tried || reason !== '' ? problem : undefined}
          >
            <Input
              ref={focusFirst}
              value={reason}
              onChange={({ detail }) => setReason(detail.value.slice(0, 300))}
            />
          </FormField>
        </Confirm>
      ) : null}
    </>
  );
}
