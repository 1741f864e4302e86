import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import { durationInWords } from '../../ui/duration.ts';
import { Moment } from '../../ui/moment.tsx';
import { Status, statusLook } from '../../ui/status.tsx';
import { actionLink } from '../shared/action-link.ts';
import { nameInArn } from '../shared/trigger-words.ts';
import { WorkLink } from '../shared/work-link.tsx';
import { Artifacts } from './artifacts.tsx';
import { actionSpan, placeIn, type Span } from './timeline-span.ts';

interface TimelineRowProps {
  readonly action: ActionExecutionDetail;
  readonly span: Span;
  readonly now: number;
}

/** One action's bar, and what came of it. */
export function TimelineRow({ action, span, now }: TimelineRowProps) {
  const own = actionSpan(action, now);
  const place = placeIn(span, own);
  const result = action.output?.executionResult;
  const provider = action.input?.actionTypeId?.provider;
  const name = action.actionName ?? '';
  const reason = result?.errorDetails?.message ?? result?.externalExecutionSummary;
  return (
    <li className="pw-timeline-row">
      <div className="pw-timeline-name">
        <strong>{name}</strong> <span className="pw-muted">{action.stageName}</span>
      </div>
      <Status of={action.status} />
      <div className="pw-timeline-track" aria-hidden="true">
        <div
          className="pw-timeline-bar"
          data-tone={statusLook(action.status)[0]}
          style={{ insetInlineStart: `${Math.min(place.start, 99.5)}%`, inlineSize: `${place.length}%` }}
        />
      </div>
      <div className="pw-timeline-more">
        <span>
          <Moment at={action.startTime} show="time" />, {durationInWords(own.to - own.from)}
        </span>
        {action.input?.actionTypeId?.category === 'Approval' && action.updatedBy !== undefined ? (
          <span>by {nameInArn(action.updatedBy)}</span>
        ) : null}
        <WorkLink
          link={actionLink(provider, result?.externalExecutionId, result?.externalExecutionUrl)}
          of={name}
        />
        <Artifacts of={action.output?.outputArtifacts ?? []} />
        {reason ? <span>{reason.split('\n')[0]}</span> : null}
        <OutputVariables of={action.output?.outputVariables ?? {}} />
      </div>
    </li>
  );
}

/** What an action told the ones after it. */
function OutputVariables({ of }: { readonly of: Readonly<Record<string, string>> }) {
  const names = Object.keys(of);
  if (names.length === 0) return null;
  return (
    <details className="pw-timeline-variables">
      <summary>
        {names.length} {names.length === 1 ? 'variable' : 'variables'}
      </summary>
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="pw-mono">{of[name]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
