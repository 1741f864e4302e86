import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DescribeRuleCommandOutput,
  EnableRuleCommandInput,
  ListRulesCommandInput,
  ListRulesCommandOutput,
  PutRuleCommandInput,
  PutRuleCommandOutput,
} from '@aws-sdk/client-eventbridge';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { parseSchedule } from '../../../pure/cron.ts';
import { parseEventPattern } from '../../../pure/event-pattern/index.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { needBus } from '../buses.ts';
import { busAddress, DEFAULT_BUS, ruleArn } from '../model/names.ts';
import { pageOf, pageStart, prefixEnd } from '../paging.ts';
import type { EventsParts } from '../parts.ts';
import { findRule, needRule, targetsOf } from '../rules.ts';
import { armTimer, cancelTimer } from '../schedules.ts';
import type { EventsTables, RuleRow } from '../tables.ts';
import { deleteTags, insertTags, tagsOf } from './tags.ts';

const MAX_RULES = 2_000;

interface NamesRule {
  readonly Name?: string;
  readonly EventBusName?: string;
}

export function ruleResource(input: NamesRule, { scope }: RequestContext): readonly string[] {
  return [ruleArn(scope, busAddress(scope, input.EventBusName).bus, input.Name ?? '*')];
}

export function ruleOperations(parts: EventsParts): ServiceOperations {
  const { database } = parts.kernel;

  /** Enables or disables: the timer follows. */
  const setState = (state: RuleRow['state']) =>
    operation<EnableRuleCommandInput, object>({
      mutates: true,
      resources: ruleResource,
      async handler(input, { scope }) {
        await database.transaction(async (tx) => {
          const bus = await needBus(tx, scope, input.EventBusName);
          const rule = await needRule(tx, scope, bus.name, input.Name ?? '');
          if (rule.state !== state) await store(parts, tx, { ...rule, state });
        });
        return {};
      },
    });

  return {
    PutRule: operation<PutRuleCommandInput, PutRuleCommandOutput>({
      mutates: true,
      resources: ruleResource,
      async handler(input, { scope, principal }) {
        const wanted = checkRule(input);
        await database.transaction(async (tx) => {
          const bus = (await needBus(tx, scope, input.EventBusName)).name;
          if (bus !== DEFAULT_BUS && wanted.schedule !== null) {
            throw invalid('ScheduleExpression is supported only on the default event bus.');
          }
          const before = await findRule(tx, scope, bus, wanted.name);
          if (!before) await checkRoom(tx, scope, bus);
          const row: NewRule = {
            ...scope,
            ...wanted,
            bus,
            created_by: before?.created_by ?? principal.account,
            schedule_from: scheduleAnchor(parts, before, wanted.schedule),
          };
          await store(parts, tx, row);
          if (!before) await insertTags(tx, scope, ruleArn(scope, bus, row.name), tagsOf(input.Tags));
        });
        const { bus } = busAddress(scope, input.EventBusName);
        return { RuleArn: ruleArn(scope, bus, wanted.name), $metadata: {} };
      },
    }),

    DescribeRule: operation<DescribeRuleCommandInput, DescribeRuleCommandOutput>({
      mutates: false,
      resources: ruleResource,
      async handler(input, { scope }) {
        const bus = await needBus(database.read, scope, input.EventBusName);
        const rule = await needRule(database.read, scope, bus.name, input.Name ?? '');
        return { ...describe(rule), CreatedBy: rule.created_by, $metadata: {} };
      },
    }),

    ListRules: operation<ListRulesCommandInput, ListRulesCommandOutput>({
      mutates: false,
      resources: (_input, { scope }) => [ruleArn(scope, DEFAULT_BUS, '*')],
      async handler(input, { scope }) {
        const bus = await needBus(database.read, scope, input.EventBusName);
        const list = `rules/${scope.account}/${scope.region}/${bus.name}/${input.NamePrefix ?? ''}`;
        const { after, limit } = pageStart(list, input);
        const rows = await database.read
          .tables<EventsTables>()
          .selectFrom('events_rules')
          .selectAll()
          .where('account', '=', scope.account)
          .where('region', '=', scope.region)
          .where('bus', '=', bus.name)
          .where('name', '>', after)
          .where('name', '>=', input.NamePrefix ?? '')
          .where('name', '<', prefixEnd(input.NamePrefix))
          .orderBy('name')
          .limit(limit + 1)
          .execute();
        const { page, NextToken } = pageOf(list, rows, limit, (row) => row.name);
        return { Rules: page.map(describe), NextToken, $metadata: {} };
      },
    }),

    // Deleting what is not there succeeds, as at AWS.
    DeleteRule: operation<DeleteRuleCommandInput, object>({
      mutates: true,
      resources: ruleResource,
      async handler(input, { scope }) {
        await database.transaction(async (tx) => {
          const bus = await needBus(tx, scope, input.EventBusName);
          const rule = await findRule(tx, scope, bus.name, input.Name ?? '');
          if (!rule) return;
          if ((await targetsOf(tx, scope, bus.name, rule.name)).length > 0) {
            throw invalid("Rule can't be deleted since it has targets.");
          }
          await cancelTimer(parts, tx, scope, rule);
          await deleteTags(tx, scope, ruleArn(scope, bus.name, rule.name));
          await tx.execute(
            'delete from events_rules where account = ? and region = ? and bus = ? and name = ?',
            [scope.account, scope.region, bus.name, rule.name],
          );
          await parts.ruleSets.changed(tx, scope);
        });
        return {};
      },
    }),

    EnableRule: setState('ENABLED'),
    DisableRule: setState('DISABLED'),
  };
}

export function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}

type WantedRule = Pick<RuleRow, 'name' | 'pattern' | 'schedule' | 'state' | 'description' | 'role_arn'>;

function checkRule(input: PutRuleCommandInput): WantedRule {
  const { EventPattern, ScheduleExpression } = input;
  if (!EventPattern && !ScheduleExpression) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (EventPattern) checkPattern(EventPattern);
  if (ScheduleExpression) {
    const schedule = parseSchedule(ScheduleExpression);
    if (schedule.kind === 'invalid') {
      throw invalid(`Parameter ScheduleExpression is not valid. Reason: ${schedule.problem}.`);
    }
  }
  return {
    name: input.Name ?? '',
    pattern: EventPattern || null,
    schedule: ScheduleExpression || null,
    // Management events are events like all others here.
    state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    description: input.Description ?? null,
    role_arn: input.RoleArn ?? null,
  };
}

export function checkPattern(text: string) {
  const parsed = parseEventPattern(text);
  if (parsed.kind === 'pattern') return parsed.pattern;
  throw new ApiError(
    'InvalidEventPatternException',
    `Event pattern is not valid. Reason: ${parsed.problems.join('; ')}`,
  );
}

/** A rate counts from the moment its expression was first given. */
function scheduleAnchor(parts: EventsParts, before: RuleRow | undefined, schedule: string | null): number {
  return before && before.schedule === schedule ? before.schedule_from : parts.kernel.clock.now();
}

async function checkRoom(tx: Tx, scope: Scope, bus: string): Promise<void> {
  const rows = await tx.query<{ n: number | string }>(
    'select count(*) as n from events_rules where account = ? and region = ? and bus = ?',
    [scope.account, scope.region, bus],
  );
  if (Number(rows[0]?.n) >= MAX_RULES) {
    throw new ApiError('LimitExceededException', `An event bus has at most ${MAX_RULES} rules.`);
  }
}

type NewRule = Omit<RuleRow, 'stamp'>;

async function store(parts: EventsParts, tx: Tx, rule: NewRule): Promise<void> {
  const row: RuleRow = { ...rule, stamp: newId() };
  const { account, region, bus, name, ...values } = row;
  await tx
    .tables<EventsTables>()
    .insertInto('events_rules')
    .values(row)
    .onConflict((conflict) => conflict.columns(['account', 'region', 'bus', 'name']).doUpdateSet(values))
    .execute();
  const scope = { account, region };
  await cancelTimer(parts, tx, scope, { bus, name });
  await armTimer(parts, tx, row);
  await parts.ruleSets.changed(tx, scope);
}

function describe(rule: RuleRow) {
  return {
    Name: rule.name,
    Arn: ruleArn(rule, rule.bus, rule.name),
    EventPattern: rule.pattern ?? undefined,
    ScheduleExpression: rule.schedule ?? undefined,
    State: rule.state,
    Description: rule.description ?? undefined,
    RoleArn: rule.role_arn ?? undefined,
    EventBusName: rule.bus,
  };
}
