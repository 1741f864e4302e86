import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { type Revision, revisionKey } from '../model/revision.ts';

export interface RevisionRow {
  readonly revision_key: string;
  /** JSON of a {@link Revision}. */
  readonly revision: string;
  readonly description: string;
  readonly registered_at: number;
  readonly first_used_at: number | null;
  readonly last_used_at: number | null;
}

const COLUMNS = 'revision_key, revision, description, registered_at, first_used_at, last_used_at';

export function listRevisions(
  reader: Reader,
  { account, region }: Scope,
  application: string,
): Promise<RevisionRow[]> {
  return reader.query<RevisionRow>(
    `select ${COLUMNS} from codedeploy_revisions
     where account = ? and region = ? and application = ? order by registered_at, revision_key`,
    [account, region, application],
  );
}

export async function findRevision(
  reader: Reader,
  { account, region }: Scope,
  application: string,
  revision: Revision,
): Promise<RevisionRow | undefined> {
  const rows = await reader.query<RevisionRow>(
    `select ${COLUMNS} from codedeploy_revisions
     where account = ? and region = ? and application = ? and revision_key = ?`,
    [account, region, application, revisionKey(revision)],
  );
  return rows[0];
}

/** Registering a revision again changes its description only. */
export async function registerRevision(
  tx: Tx,
  { account, region }: Scope,
  application: string,
  revision: Revision,
  description: string,
  now: number,
): Promise<void> {
  await tx.execute(
    `insert into codedeploy_revisions (account, region, application, revision_key, revision, description, registered_at)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, application, revision_key) do update set description = excluded.description`,
    [account, region, application, revisionKey(revision), JSON.stringify(revision), description, now],
  );
}

/** A deployment registers what it deploys and marks it as used. */
export async function useRevision(
  tx: Tx,
  { account, region }: Scope,
  application: string,
  revision: Revision,
  now: number,
): Promise<void> {
  await tx.execute(
    `insert into codedeploy_revisions
       (account, region, application, revision_key, revision, description, registered_at, first_used_at, last_used_at)
     values (?, ?, ?, ?, ?, '', ?, ?, ?)
     on conflict (account, region, application, revision_key) do update set
       first_used_at = coalesce(codedeploy_revisions.first_used_at, excluded.first_used_at),
       last_used_at = excluded.last_used_at`,
    [account, region, application, revisionKey(revision), JSON.stringify(revision), now, now, now],
  );
}
