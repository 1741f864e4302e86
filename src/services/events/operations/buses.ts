import type {
  CreateEventBusCommandInput,
  CreateEventBusCommandOutput,
  DeleteEventBusCommandInput,
  DescribeEventBusCommandInput,
  DescribeEventBusCommandOutput,
  ListEventBusesCommandInput,
  ListEventBusesCommandOutput,
  PutPermissionCommandInput,
  RemovePermissionCommandInput,
  UpdateEventBusCommandInput,
  UpdateEventBusCommandOutput,
} from '@aws-sdk/client-eventbridge';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { findBus, needBus } from '../buses.ts';
import { withoutStatement, withStatement } from '../model/bus-policy.ts';
import { busAddress, busArn, DEFAULT_BUS } from '../model/names.ts';
import { pageOf, pageStart } from '../paging.ts';
import type { EventsParts } from '../parts.ts';
import type { BusRow, EventsTables } from '../tables.ts';
import { invalid } from './rules.ts';
import { deleteTags, insertTags, tagsOf } from './tags.ts';

const MAX_BUSES = 100;
const MAX_POLICY_BYTES = 10_240;

function byName(input: { readonly Name?: string }, { scope }: RequestContext): readonly string[] {
  return [busArn(scope, busAddress(scope, input.Name).bus)];
}

function byBusName(input: { readonly EventBusName?: string }, { scope }: RequestContext): readonly string[] {
  return [busArn(scope, input.EventBusName ?? DEFAULT_BUS)];
}

export function busOperations(parts: EventsParts): ServiceOperations {
  const { database, clock } = parts.kernel;
  return {
    CreateEventBus: operation<CreateEventBusCommandInput, CreateEventBusCommandOutput>({
      mutates: true,
      resources: byName,
      async handler(input, { scope }) {
        const name = input.Name ?? '';
        refuseUnbuilt(input, ['DeadLetterConfig', 'EventSourceName', 'KmsKeyIdentifier', 'LogConfig']);
        if (name.includes('/')) throw invalid('Only partner event buses have a slash in their name.');
        const tags = tagsOf(input.Tags);
        await database.transaction(async (tx) => {
          if (await findBus(tx, { scope, bus: name })) {
            throw new ApiError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
          }
          const rows = await tx.query('select name from events_buses where account = ? and region = ?', [
            scope.account,
            scope.region,
          ]);
          if (rows.length >= MAX_BUSES) {
            throw new ApiError('LimitExceededException', `There are at most ${MAX_BUSES} event buses.`);
          }
          const now = clock.now();
          const times = { created_at: now, updated_at: now };
          await saveBus(tx, {
            ...scope,
            name,
            description: input.Description ?? null,
            policy: null,
            ...times,
          });
          await insertTags(tx, scope, busArn(scope, name), tags);
        });
        return { EventBusArn: busArn(scope, name), Description: input.Description, $metadata: {} };
      },
    }),

    UpdateEventBus: operation<UpdateEventBusCommandInput, UpdateEventBusCommandOutput>({
      mutates: true,
      resources: byName,
      async handler(input, { scope }) {
        refuseUnbuilt(input, ['DeadLetterConfig', 'KmsKeyIdentifier', 'LogConfig']);
        const bus = await database.transaction(async (tx) => {
          const found = await needBus(tx, scope, input.Name);
          return saveBus(tx, {
            ...found,
            description: input.Description ?? found.description,
            updated_at: clock.now(),
          });
        });
        return {
          Name: bus.name,
          Arn: busArn(scope, bus.name),
          Description: bus.description ?? undefined,
          $metadata: {},
        };
      },
    }),

    DescribeEventBus: operation<DescribeEventBusCommandInput, DescribeEventBusCommandOutput>({
      mutates: false,
      resources: byName,
      async handler(input, { scope }) {
        return { ...describe(await needBus(database.read, scope, input.Name)), $metadata: {} };
      },
    }),

    ListEventBuses: operation<ListEventBusesCommandInput, ListEventBusesCommandOutput>({
      mutates: false,
      async handler(input, { scope }) {
        const list = `buses/${scope.account}/${scope.region}/${input.NamePrefix ?? ''}`;
        const { after, limit } = pageStart(list, input);
        const rows = await database.read
          .tables<EventsTables>()
          .selectFrom('events_buses')
          .selectAll()
          .where('account', '=', scope.account)
          .where('region', '=', scope.region)
          .execute();
        // The default bus is there whether or not it has a row; there are at most a hundred others.
        const standard = await needBus(database.read, scope, undefined);
        const all = [standard, ...rows.filter((row) => row.name !== DEFAULT_BUS)]
          .filter((row) => row.name > after && row.name.startsWith(input.NamePrefix ?? ''))
          .toSorted((a, b) => (a.name < b.name ? -1 : 1));
        const { page, NextToken } = pageOf(list, all, limit, (row) => row.name);
        return { EventBuses: page.map(describe), NextToken, $metadata: {} };
      },
    }),

    // Deleting what is not there succeeds, as at AWS.
    DeleteEventBus: operation<DeleteEventBusCommandInput, object>({
      mutates: true,
      resources: byName,
      async handler(input, { scope }) {
        const name = input.Name ?? '';
        if (name === DEFAULT_BUS) throw invalid('Cannot delete event bus default.');
        await database.transaction(async (tx) => {
          const rules = await tx.query(
            'select 1 from events_rules where account = ? and region = ? and bus = ? limit 1',
            [scope.account, scope.region, name],
          );
          if (rules.length > 0) throw invalid(`Event bus ${name} has rules; delete them first.`);
          await deleteTags(tx, scope, busArn(scope, name));
          await tx.execute('delete from events_buses where account = ? and region = ? and name = ?', [
            scope.account,
            scope.region,
            name,
          ]);
        });
        return {};
      },
    }),

    PutPermission: operation<PutPermissionCommandInput, object>({
      mutates: true,
      resources: byBusName,
      async handler(input, { scope }) {
        await database.transaction(async (tx) => {
          const bus = await needBus(tx, scope, input.EventBusName);
          const policy = input.Policy === undefined ? statementPolicy(bus, input) : checkPolicy(input.Policy);
          if (Buffer.byteLength(policy) > MAX_POLICY_BYTES) {
            throw new ApiError(
              'PolicyLengthExceededException',
              `A policy has at most ${MAX_POLICY_BYTES} bytes.`,
            );
          }
          await saveBus(tx, { ...bus, policy, updated_at: clock.now() });
        });
        return {};
      },
    }),

    RemovePermission: operation<RemovePermissionCommandInput, object>({
      mutates: true,
      resources: byBusName,
      async handler(input, { scope }) {
        await database.transaction(async (tx) => {
          const bus = await needBus(tx, scope, input.EventBusName);
          const policy = input.RemoveAllPermissions
            ? null
            : withoutStatement(bus.policy, input.StatementId ?? '');
          if (policy === undefined) {
            throw new ApiError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
          }
          await saveBus(tx, { ...bus, policy, updated_at: clock.now() });
        });
        return {};
      },
    }),
  };
}

function refuseUnbuilt<T extends object>(input: T, members: readonly (keyof T & string)[]): void {
  const given = members.filter((member) => input[member] !== undefined);
  if (given.length > 0) throw invalid(`${given.join(', ')}: not built for event buses.`);
}

function statementPolicy(bus: BusRow, input: PutPermissionCommandInput): string {
  const { Action, Principal, StatementId, Condition } = input;
  if (!Action || !Principal || !StatementId) {
    throw invalid('Action, Principal and StatementId are required when no Policy is given.');
  }
  return withStatement(bus.policy, {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: busArn(bus, bus.name),
    ...(Condition?.Type && Condition.Key
      ? { Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } } }
      : {}),
  });
}

function checkPolicy(text: string): string {
  try {
    const parsed = JSON.parse(text) as { readonly Statement?: unknown } | null;
    if (typeof parsed === 'object' && parsed !== null && parsed.Statement !== undefined) return text;
  } catch {
    // Said below.
  }
  throw invalid('Parameter Policy is not valid. Reason: it must be a JSON object with a Statement.');
}

async function saveBus(tx: Tx, row: BusRow): Promise<BusRow> {
  const { account: _account, region: _region, name: _name, ...values } = row;
  await tx
    .tables<EventsTables>()
    .insertInto('events_buses')
    .values(row)
    .onConflict((conflict) => conflict.columns(['account', 'region', 'name']).doUpdateSet(values))
    .execute();
  return row;
}

function describe(bus: BusRow) {
  return {
    Name: bus.name,
    Arn: busArn(bus, bus.name),
    Description: bus.description ?? undefined,
    Policy: bus.policy ?? undefined,
    ...(bus.created_at === 0 ? {} : { CreationTime: new Date(bus.created_at) }),
    ...(bus.updated_at === 0 ? {} : { LastModifiedTime: new Date(bus.updated_at) }),
  };
}
