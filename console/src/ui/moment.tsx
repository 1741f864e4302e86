import { agoInWords, durationInWords } from './duration.ts';
import { useNow } from './now.ts';
import { type TimeChoice, usePreferences } from './preferences.ts';

const LOCAL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const UTC = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** Date and time in the chosen zone. */
export function absoluteTime(at: Date, times: TimeChoice): string {
  return times === 'utc' ? `${UTC.format(at)} UTC` : LOCAL.format(at);
}

interface MomentProps {
  readonly at: Date | undefined;
  /** `both` says the time and how long ago; `ago` only the latter, with the time on hover; `time` only the former. */
  readonly show?: 'both' | 'ago' | 'time';
}

/** A moment in time. Both zones stand in its title. */
export function Moment({ at, show = 'ago' }: MomentProps) {
  const { times } = usePreferences();
  const now = useNow(10_000);
  if (at === undefined) return <>–</>;
  const ago = agoInWords(at.getTime(), Math.max(now, at.getTime() - 1));
  const absolute = absoluteTime(at, times);
  const title = `${absoluteTime(at, 'local')} · ${absoluteTime(at, 'utc')}`;
  return (
    <time dateTime={at.toISOString()} title={title}>
      {show === 'ago' ? ago : show === 'time' ? absolute : `${absolute} (${ago})`}
    </time>
  );
}

interface ElapsedProps {
  readonly from: Date | undefined;
  /** Without an end the time ticks. */
  readonly to?: Date | undefined;
}

/** How long something took, or takes so far. */
export function Elapsed({ from, to }: ElapsedProps) {
  if (from === undefined) return <>–</>;
  if (to !== undefined) return <>{durationInWords(to.getTime() - from.getTime())}</>;
  return <Ticking from={from} />;
}

function Ticking({ from }: { readonly from: Date }) {
  const now = useNow(1_000);
  const seconds = Math.max(0, Math.floor((now - from.getTime()) / 1_000));
  return <span className="pw-ticking">{durationInWords(seconds * 1_000).replace(/^0 ms$/, '0 s')}</span>;
}
