import type { Database } from '../database/port.ts';

/** Shows that the owner of leases is alive, for as long as it is held. */
export interface Ownership {
  release(): Promise<void>;
}

/** Announces this owner and frees at once the leases of owners that are gone, instead of waiting until they run out. */
export async function holdOwnership(database: Database, owner: string): Promise<Ownership> {
  const hold = await database.hold(holdName(owner));
  await freeLostLeases(database, owner);
  return hold;
}

/** Frees the leases of owners that are gone. */
export async function freeLostLeases(database: Database, owner: string): Promise<void> {
  const rows = await database.read.query<{ lease_owner: string }>(
    `select distinct lease_owner from tasks where lease_owner <> '' and lease_owner <> ?`,
    [owner],
  );
  for (const { lease_owner: other } of rows) {
    if (await database.isHeld(holdName(other))) continue;
    await database.transaction((tx) =>
      tx.execute(`update tasks set lease_owner = '', lease_until = 0 where lease_owner = ?`, [other]),
    );
  }
}

function holdName(owner: string): string {
  return `task-owner/${owner}`;
}
