import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { PartRow } from '../tables.ts';

/** Where parts belong: account and region of the bucket, id of the upload or object. */
export interface PartsOf {
  readonly account: string;
  readonly region: string;
  readonly owner: string;
}

export async function listParts(
  reader: Reader,
  { account, region, owner }: PartsOf,
  after = 0,
  limit = 10_000,
): Promise<PartRow[]> {
  return reader.query<PartRow>(
    `select * from s3_parts where account = ? and region = ? and owner_id = ? and number > ?
      order by number limit ?`,
    [account, region, owner, after, limit],
  );
}

/** The last upload of a part number wins. */
export async function putPart(tx: Tx, part: PartRow): Promise<void> {
  await tx.execute(
    `insert into s3_parts (account, region, owner_id, number, size, md5, sha256, modified_at, checksum)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, owner_id, number) do update set size = excluded.size, md5 = excluded.md5,
       sha256 = excluded.sha256, modified_at = excluded.modified_at, checksum = excluded.checksum`,
    [
      part.account,
      part.region,
      part.owner_id,
      part.number,
      part.size,
      part.md5,
      part.sha256,
      part.modified_at,
      part.checksum,
    ],
  );
}

export async function removeParts(tx: Tx, { account, region, owner }: PartsOf): Promise<void> {
  await tx.execute('delete from s3_parts where account = ? and region = ? and owner_id = ?', [
    account,
    region,
    owner,
  ]);
}

/** The parts of an object once more, for a copy of it: rows only, the bytes are shared. */
export async function copyParts(tx: Tx, { account, region, owner }: PartsOf, to: PartsOf): Promise<void> {
  await tx.execute(
    `insert into s3_parts (account, region, owner_id, number, size, md5, sha256, modified_at, checksum)
     select ?, ?, ?, number, size, md5, sha256, modified_at, checksum
       from s3_parts where account = ? and region = ? and owner_id = ?`,
    [to.account, to.region, to.owner, account, region, owner],
  );
}
