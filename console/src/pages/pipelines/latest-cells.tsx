import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { Status } from '../../ui/status.tsx';
import { latestExecutionsQuery } from '../pipeline/queries.ts';
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
  return loading ? <span className="pw-muted">…</span> : <Status of={execution?.status} />;
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
