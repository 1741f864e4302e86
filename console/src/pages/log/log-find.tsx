import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import type { Search } from './use-search.ts';

interface LogFindProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly search: Search;
  /** Called before a match is shown, so that following does not pull away from it. */
  readonly onMove: () => void;
}

/** The search field, how many were found, and the way from one to the next. */
export function LogFind({ text, onText, search, onMove }: LogFindProps) {
  const count = search.search?.count ?? 0;
  const move = (step: 1 | -1): void => {
    if (count === 0) return;
    onMove();
    const next = search.current < 0 ? (step === 1 ? 0 : count - 1) : search.current + step;
    search.choose((next + count) % count);
  };
  return (
    <>
      <div className="pw-log-find">
        <Input
          type="search"
          value={text}
          placeholder="Search the log"
          ariaLabel="Search the log"
          clearAriaLabel="Clear the search"
          onChange={({ detail }) => onText(detail.value)}
          onKeyDown={({ detail }) => {
            if (detail.key === 'Enter') move(detail.shiftKey ? -1 : 1);
          }}
        />
      </div>
      {text === '' ? null : (
        <>
          <span className="pw-log-count" role="status">
            {foundInWords(search)}
          </span>
          <Button
            iconName="angle-up"
            variant="icon"
            ariaLabel="Previous match"
            disabled={count === 0}
            onClick={() => move(-1)}
          />
          <Button
            iconName="angle-down"
            variant="icon"
            ariaLabel="Next match"
            disabled={count === 0}
            onClick={() => move(1)}
          />
        </>
      )}
    </>
  );
}

function foundInWords({ search, current }: Search): string {
  if (search === undefined) return '';
  const count = `${search.count.toLocaleString('en')}${search.truncated ? '+' : ''}`;
  const words = current < 0 ? `${count} found` : `${(current + 1).toLocaleString('en')} of ${count}`;
  return search.complete ? words : `${words}, searching`;
}
