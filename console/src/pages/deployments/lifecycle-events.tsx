import './lifecycle-events.css';
import type { Diagnostics, LifecycleEvent } from '@aws-sdk/client-codedeploy';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { isRunning, Status } from '../../ui/status.tsx';

interface LifecycleEventsProps {
  readonly host: string;
  readonly of: readonly LifecycleEvent[];
}

/** The events of one host in their order, and for a failed one its script, error and last lines. */
export function LifecycleEvents({ host, of }: LifecycleEventsProps) {
  if (of.length === 0) return <span className="pw-muted">Nothing has happened on this host yet.</span>;
  return (
    <ol className="pw-events" aria-label={`Events of ${host}`}>
      {of.map((event) => (
        <li key={event.lifecycleEventName} className="pw-event" aria-label={event.lifecycleEventName}>
          <span>{event.lifecycleEventName}</span>
          <Status of={event.status} />
          <span className="pw-muted">
            {event.startTime === undefined ? null : <Moment at={event.startTime} show="time" />}
          </span>
          <span className="pw-muted">
            <Took of={event} />
          </span>
          <Why host={host} event={event} />
        </li>
      ))}
    </ol>
  );
}

function Took({ of }: { readonly of: LifecycleEvent }) {
  if (of.startTime === undefined) return null;
  return <Elapsed from={of.startTime} to={isRunning(of.status) ? undefined : (of.endTime ?? of.startTime)} />;
}

function Why({ host, event }: { readonly host: string; readonly event: LifecycleEvent }) {
  const found = event.diagnostics;
  if (found === undefined || found.errorCode === 'Success') return null;
  return (
    <div className="pw-event-why">
      <span>{whyInWords(found)}</span>
      {found.logTail ? (
        <CodeBlock wrap text={found.logTail} name={`Last lines of ${event.lifecycleEventName} on ${host}`} />
      ) : null}
    </div>
  );
}

function whyInWords({ errorCode, scriptName, message }: Diagnostics): string {
  const script = scriptName ? `${scriptName}: ` : '';
  return `${script}${message || errorCode || 'It failed without a message.'}`;
}
