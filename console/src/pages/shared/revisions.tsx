import Link from '@cloudscape-design/components/link';
import { AppLink } from '../../ui/app-link.tsx';
import type { RevisionView } from './revision.ts';

/** Source revisions: short id with a link, and the message. */
export function Revisions({ of }: { readonly of: readonly RevisionView[] }) {
  if (of.length === 0) return <>–</>;
  return (
    <div className="pw-revisions">
      {of.map((revision) => (
        <div key={revision.action} className="pw-revision" title={`${revision.action}: ${revision.id}`}>
          <RevisionId of={revision} />
          <span className="pw-muted">{revision.message}</span>
        </div>
      ))}
    </div>
  );
}

export function RevisionId({ of }: { readonly of: RevisionView }) {
  const id = <span className="pw-mono">{of.short}</span>;
  if (of.to !== undefined) return <AppLink to={of.to}>{id}</AppLink>;
  if (of.url === undefined) return id;
  return (
    <Link href={of.url} external>
      {id}
    </Link>
  );
}
