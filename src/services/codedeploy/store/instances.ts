import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Tag } from '../model/tag-filters.ts';

export interface InstanceRow {
  readonly name: string;
  readonly arn: string;
  readonly iam_user_arn: string | null;
  readonly iam_session_arn: string | null;
  /** JSON of all tags. */
  readonly tags: string;
  /** JSON of the tags among them that the agent brought. */
  readonly agent_tags: string;
  readonly registered_at: number;
  readonly deregistered_at: number | null;
  /** Session of the agent; 0 when none ever came. */
  readonly epoch: number;
  readonly session_at: number | null;
  readonly last_seen: number | null;
  readonly protocol: number | null;
  readonly root: string | null;
}

const COLUMNS =
  'name, arn, iam_user_arn, iam_session_arn, tags, agent_tags, registered_at, deregistered_at, epoch, session_at, last_seen, protocol, root';

export function tagsOf(row: Pick<InstanceRow, 'tags'>): readonly Tag[] {
  return JSON.parse(row.tags) as readonly Tag[];
}

export async function findInstance(
  reader: Reader,
  { account, region }: Scope,
  name: string,
): Promise<InstanceRow | undefined> {
  const rows = await reader.query<InstanceRow>(
    `select ${COLUMNS} from codedeploy_instances where account = ? and region = ? and name = ?`,
    [account, region, name],
  );
  return rows[0];
}

/** Registered and not deregistered. */
export async function needInstance(reader: Reader, scope: Scope, name: string): Promise<InstanceRow> {
  const row = await findInstance(reader, scope, name);
  if (row && row.deregistered_at === null) return row;
  throw new ApiError('InstanceNotRegisteredException', `The on-premises instance ${name} is not registered.`);
}

export function registeredInstances(reader: Reader, { account, region }: Scope): Promise<InstanceRow[]> {
  return reader.query<InstanceRow>(
    `select ${COLUMNS} from codedeploy_instances
     where account = ? and region = ? and deregistered_at is null order by name`,
    [account, region],
  );
}

export function listInstances(
  reader: Reader,
  { account, region }: Scope,
  after: string,
  limit: number,
): Promise<InstanceRow[]> {
  return reader.query<InstanceRow>(
    `select ${COLUMNS} from codedeploy_instances
     where account = ? and region = ? and name > ? order by name limit ${limit}`,
    [account, region, after],
  );
}

/** A host that is just registered: no tags and no agent yet. A name that comes back goes on counting its sessions. */
export function newInstance(
  name: string,
  arn: string,
  identity: Pick<InstanceRow, 'iam_user_arn' | 'iam_session_arn'>,
  now: number,
  before: InstanceRow | undefined,
): InstanceRow {
  return {
    name,
    arn,
    ...identity,
    tags: '[]',
    agent_tags: '[]',
    registered_at: now,
    deregistered_at: null,
    epoch: before?.epoch ?? 0,
    session_at: null,
    last_seen: null,
    protocol: null,
    root: null,
  };
}

/** Registers, also one that was deregistered before (which starts without tags then). */
export async function putInstance(tx: Tx, scope: Scope, row: InstanceRow): Promise<void> {
  const columns = COLUMNS.split(', ').slice(1);
  await tx.execute(
    `insert into codedeploy_instances (account, region, ${COLUMNS}) values (${Array(15).fill('?').join(', ')})
     on conflict (account, region, name) do update set
       ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [
      scope.account,
      scope.region,
      row.name,
      row.arn,
      row.iam_user_arn,
      row.iam_session_arn,
      row.tags,
      row.agent_tags,
      row.registered_at,
      row.deregistered_at,
      row.epoch,
      row.session_at,
      row.last_seen,
      row.protocol,
      row.root,
    ],
  );
}

export async function setTags(
  tx: Tx,
  { account, region }: Scope,
  name: string,
  tags: readonly Tag[],
): Promise<void> {
  await tx.execute('update codedeploy_instances set tags = ? where account = ? and region = ? and name = ?', [
    JSON.stringify(tags),
    account,
    region,
    name,
  ]);
}

/** The agent of this session was heard of. Only ever forwards. */
export async function touchInstance(
  tx: Tx,
  { account, region }: Scope,
  name: string,
  now: number,
): Promise<void> {
  await tx.execute(
    `update codedeploy_instances set last_seen = ?
     where account = ? and region = ? and name = ? and (last_seen is null or last_seen < ?)`,
    [now, account, region, name, now],
  );
}
