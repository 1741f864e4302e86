import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { isRunning, Status } from '../../ui/status.tsx';
import { latestExecutionsQuery, waitingQuery } from '../pipeline/queries.ts';
import { revisionViews } from '../shared/revision.ts';
import { Revisions } from '../shared/revisions.tsx';
import { triggerInWords } from '../shared/trigger-words.ts';

/** The cells of a pipeline's row share one query for its newest execution. */
function useLatest(name: string) {
  const query = useQuery(latestExecutionsQuery(name, 1));
  return { execution: query.data?.[0], loading: query.isPending };
}

export function LatestStatus({ of }: { readonly of: string }) {
  const { execution, loading } = useLatest(of);
  const state = useQuery({ ...waitingQuery(of), enabled: isRunning(execution?.status) });
  if (loading) return <span className="pw-muted">…</span>;
  if (!isRunning(execution?.status) || state.data !== true) return <Status of={execution?.status} />;
  return <Status of="pending" words="Waits for a decision" />;
}

export function LatestRevision({ of }: { readonly of: string }) {
  const { execution } = useLatest(of);
  return <Revisions of={revisionViews(execution?.sourceRevisions, undefined)} />;
}

export function LatestTrigger({ of }: { readonly of: string }) {
  const { execution } = useLatest(of);
  return <>{execution === undefined ? '–' : triggerInWords(execution.trigger)}</>;
}

export function LatestStart({ of }: { readonly of: string }) {
  return <Moment at={useLatest(of).execution?.startTime} />;
}
