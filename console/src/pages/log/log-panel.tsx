import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import type { LogStore } from '../../log/log-store.ts';
import { awsCommand, CommandLine } from '../../ui/command-line.tsx';
import { isNarrow } from '../../ui/narrow.ts';
import { saveFile } from '../../ui/save-file.ts';
import { LogFind } from './log-find.tsx';
import { LogView } from './log-view.tsx';
import { useEnded, useGrowth, useLog } from './use-log.ts';
import { useSearch } from './use-search.ts';

interface LogPanelProps {
  readonly group: string;
  readonly stream: string;
  /** Asks again for a log that was not there yet when this changes. */
  readonly attempt: string;
  /** Whether it may still grow. */
  readonly growing: boolean;
  readonly name: string;
  readonly fileName: string;
}

/** A log with its controls: search, wrap, times, follow, save. */
export function LogPanel({ group, stream, attempt, growing, name, fileName }: LogPanelProps) {
  const { store, refused } = useLog(group, stream, attempt);
  const [text, setText] = useState('');
  const [wrap, setWrap] = useState(isNarrow);
  const [times, setTimes] = useState(false);
  const [following, setFollowing] = useState(true);
  const search = useSearch(store, text, false);
  if (refused !== undefined) {
    return (
      <div className="pw-muted" role="status">
        Nothing has been written yet. {refused}
      </div>
    );
  }
  return (
    <SpaceBetween size="s">
      <div className="pw-log-bar">
        <LogFind text={text} onText={setText} search={search} onMove={() => setFollowing(false)} />
        <span className="pw-log-spacer" />
        <Toggle checked={following} onChange={({ detail }) => setFollowing(detail.checked)}>
          Follow
        </Toggle>
        <Toggle checked={wrap} onChange={({ detail }) => setWrap(detail.checked)}>
          Wrap
        </Toggle>
        <Toggle checked={times} onChange={({ detail }) => setTimes(detail.checked)}>
          Times
        </Toggle>
        <Button iconName="download" onClick={() => saveFile(fileName, wholeText(store))}>
          Save
        </Button>
      </div>
      <LogView
        store={store}
        name={name}
        wrap={wrap}
        times={times}
        following={following}
        onFollowing={setFollowing}
        search={search}
      />
      <LogCount store={store} growing={growing} group={group} stream={stream} />
    </SpaceBetween>
  );
}

interface LogCountProps {
  readonly store: LogStore;
  readonly growing: boolean;
  readonly group: string;
  readonly stream: string;
}

function LogCount({ store, growing, group, stream }: LogCountProps) {
  useGrowth(store);
  const ended = useEnded(store);
  const lines = `${store.count.toLocaleString('en')} ${store.count === 1 ? 'line' : 'lines'}`;
  if (store.cut) {
    return (
      <Alert type="info" header={`The first ${lines}`}>
        The log is longer than a browser tab holds. This reads all of it:
        <CommandLine
          command={awsCommand(`logs tail ${group} --log-stream-names ${stream} --since 30d --format short`)}
          name="read the whole log"
        />
      </Alert>
    );
  }
  return (
    <div className="pw-log-count">
      {lines}, {ended ? 'complete' : growing ? 'live' : 'loading'}
    </div>
  );
}

function wholeText(store: LogStore): Blob {
  return new Blob(
    store.chunks.map((chunk) => `${chunk.text}\n`),
    { type: 'text/plain;charset=utf-8' },
  );
}
