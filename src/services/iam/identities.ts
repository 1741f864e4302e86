import type { Reader, Tx } from '../../kernel/database/port.ts';
import { iamErrors } from './errors.ts';
import type { IdentityKind } from './model/arns.ts';
import type { IdentityRow } from './tables.ts';

/** A user or role, or `NoSuchEntityException`. Locked until the end of the transaction where one is given. */
export async function mustFind(
  reader: Reader | Tx,
  account: string,
  kind: IdentityKind,
  name: string,
): Promise<IdentityRow> {
  const row = await findIdentity(reader, account, kind, name);
  if (!row) throw iamErrors.noSuch(`The ${kind} with name ${name} cannot be found.`);
  return row;
}

export async function findIdentity(
  reader: Reader | Tx,
  account: string,
  kind: IdentityKind,
  name: string,
): Promise<IdentityRow | undefined> {
  const lock = 'execute' in reader && reader.dialect === 'postgres' ? ' for update' : '';
  const [row] = await reader.query<IdentityRow>(
    `select * from iam_identities where account = ? and region = '-' and kind = ? and name_key = ? and name = ?${lock}`,
    [account, kind, name.toLowerCase(), name],
  );
  return row;
}

/** Inserts, or `EntityAlreadyExistsException`. */
export async function insertIdentity(tx: Tx, row: IdentityRow): Promise<void> {
  const made = await tx.execute(
    `insert into iam_identities (account, region, kind, name_key, name, id, path, created_at, trust, description,
       max_session, boundary, tags) values (?, '-', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, kind, name_key) do nothing`,
    [
      row.account,
      row.kind,
      row.name.toLowerCase(),
      row.name,
      row.id,
      row.path,
      row.created_at,
      row.trust,
      row.description,
      row.max_session,
      row.boundary,
      row.tags,
    ],
  );
  if (made === 1) return;
  const what = row.kind === 'user' ? 'User' : 'Role';
  throw iamErrors.exists(`${what} with name ${row.name} already exists.`);
}

/** Columns that change after the creation. */
export type IdentityChange = Partial<
  Pick<IdentityRow, 'trust' | 'description' | 'max_session' | 'boundary' | 'tags'>
>;

export async function updateIdentity(tx: Tx, row: IdentityRow, change: IdentityChange): Promise<void> {
  const entries = Object.entries(change);
  if (entries.length === 0) return;
  // Column names come from the type above, never from a request.
  const set = entries.map(([column]) => `${column} = ?`).join(', ');
  await tx.execute(
    `update iam_identities set ${set} where account = ? and region = '-' and kind = ? and name_key = ?`,
    [
      ...entries.map(([, value]) => value as string | number | null),
      row.account,
      row.kind,
      row.name.toLowerCase(),
    ],
  );
}

/** Sorted by name; `after` is a name in lower case. */
export async function listIdentities(
  reader: Reader,
  account: string,
  kind: IdentityKind,
  page: { readonly pathPrefix: string; readonly after: string; readonly limit: number },
): Promise<IdentityRow[]> {
  return reader.query<IdentityRow>(
    `select * from iam_identities
      where account = ? and region = '-' and kind = ? and name_key > ? and substr(path, 1, ?) = ?
      order by name_key limit ?`,
    [account, kind, page.after, page.pathPrefix.length, page.pathPrefix, page.limit],
  );
}

/** Removes a user or role that has no policies left, or `DeleteConflictException`. */
export async function deleteIdentity(tx: Tx, { account, kind, name }: IdentityRow): Promise<void> {
  const place = [account, kind, name];
  const attached = await tx.query(
    "select 1 from iam_attachments where account = ? and region = '-' and kind = ? and owner = ? limit 1",
    place,
  );
  if (attached.length > 0) throw iamErrors.conflict('Cannot delete entity, must detach all policies first.');
  const inline = await tx.query(
    "select 1 from iam_inline_policies where account = ? and region = '-' and kind = ? and owner = ? limit 1",
    place,
  );
  if (inline.length > 0) throw iamErrors.conflict('Cannot delete entity, must delete policies first.');
  await tx.execute(
    "delete from iam_identities where account = ? and region = '-' and kind = ? and name_key = ?",
    [account, kind, name.toLowerCase()],
  );
}
