import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Loaded } from '../../ui/loaded.tsx';
import { hunkLines } from './diff-hunks.ts';
import { lineDiff } from './line-diff.ts';
import { blobQuery } from './queries.ts';
import { TextLines } from './text-lines.tsx';
import { linesOf, textOf } from './text-of.ts';

const NOTHING = new Uint8Array();

interface FileDiffProps {
  readonly repository: string;
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What changed in one file, line by line. */
export function FileDiff({ repository, path, before, after }: FileDiffProps) {
  const old = useQuery({ ...blobQuery(repository, before ?? ''), enabled: before !== undefined });
  const now = useQuery({ ...blobQuery(repository, after ?? ''), enabled: after !== undefined });
  if (before !== undefined && old.data === undefined) return <Loaded query={old}>{() => null}</Loaded>;
  if (after !== undefined && now.data === undefined) return <Loaded query={now}>{() => null}</Loaded>;
  return <Lines path={path} before={old.data ?? NOTHING} after={now.data ?? NOTHING} />;
}

interface LinesProps {
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

function Lines({ path, before, after }: LinesProps) {
  const lines = useMemo(() => {
    const old = textOf(before);
    const now = textOf(after);
    return old === undefined || now === undefined
      ? undefined
      : hunkLines(lineDiff(linesOf(old), linesOf(now)));
  }, [before, after]);
  if (lines === undefined) return <span className="pw-muted">A binary file.</span>;
  if (lines.length === 0) return <span className="pw-muted">No lines changed.</span>;
  return <TextLines lines={lines} name={`Changes of ${path}`} />;
}
