import type {
  ListRuleNamesByTargetCommandInput,
  ListRuleNamesByTargetCommandOutput,
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
  PutTargetsCommandInput,
  PutTargetsCommandOutput,
  RemoveTargetsCommandInput,
  RemoveTargetsCommandOutput,
  Target,
} from '@aws-sdk/client-eventbridge';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { needBus } from '../buses.ts';
import { busAddress, DEFAULT_BUS, ruleArn } from '../model/names.ts';
import { pageOf, pageStart } from '../paging.ts';
import type { EventsParts } from '../parts.ts';
import { needRule } from '../rules.ts';
import type { EventsTables, RuleRow } from '../tables.ts';
import { targetProblems } from '../target-rules.ts';
import { invalid } from './rules.ts';

/** AWS's quota. */
const MAX_TARGETS = 5;

interface OfRule {
  readonly Rule?: string;
  readonly EventBusName?: string;
}

function ofRule(input: OfRule, { scope }: RequestContext): readonly string[] {
  return [ruleArn(scope, busAddress(scope, input.EventBusName).bus, input.Rule ?? '*')];
}

export function targetOperations(parts: EventsParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    PutTargets: operation<PutTargetsCommandInput, PutTargetsCommandOutput>({
      mutates: true,
      resources: ofRule,
      async handler(input, { scope }) {
        const targets = input.Targets ?? [];
        const problems = targets.flatMap((target) => targetProblems(target, scope, parts.targets));
        if (problems.length > 0) throw invalid(problems.join(' '));
        await database.transaction(async (tx) => {
          const bus = await needBus(tx, scope, input.EventBusName);
          const rule = await needRule(tx, scope, bus.name, input.Rule ?? '');
          for (const target of targets) await putTarget(tx, rule, target);
          await checkCount(tx, rule);
          await parts.ruleSets.changed(tx, scope);
        });
        return { FailedEntryCount: 0, FailedEntries: [], $metadata: {} };
      },
    }),

    RemoveTargets: operation<RemoveTargetsCommandInput, RemoveTargetsCommandOutput>({
      mutates: true,
      resources: ofRule,
      async handler(input, { scope }) {
        const failed = await database.transaction(async (tx) => {
          const bus = await needBus(tx, scope, input.EventBusName);
          const rule = await needRule(tx, scope, bus.name, input.Rule ?? '');
          const missing: string[] = [];
          for (const id of input.Ids ?? []) if (!(await removeTarget(tx, rule, id))) missing.push(id);
          await parts.ruleSets.changed(tx, scope);
          return missing;
        });
        return {
          FailedEntryCount: failed.length,
          FailedEntries: failed.map((TargetId) => ({
            TargetId,
            ErrorCode: 'ResourceNotFoundException',
            ErrorMessage: `Rule ${input.Rule} does not have a target with the ID ${TargetId}.`,
          })),
          $metadata: {},
        };
      },
    }),

    ListTargetsByRule: operation<ListTargetsByRuleCommandInput, ListTargetsByRuleCommandOutput>({
      mutates: false,
      resources: ofRule,
      async handler(input, { scope }) {
        const bus = await needBus(database.read, scope, input.EventBusName);
        const rule = await needRule(database.read, scope, bus.name, input.Rule ?? '');
        const list = `targets/${ruleArn(scope, bus.name, rule.name)}`;
        const { after, limit } = pageStart(list, input);
        const rows = await database.read
          .tables<EventsTables>()
          .selectFrom('events_targets')
          .selectAll()
          .where('account', '=', scope.account)
          .where('region', '=', scope.region)
          .where('bus', '=', bus.name)
          .where('rule', '=', rule.name)
          .where('id', '>', after)
          .orderBy('id')
          .limit(limit + 1)
          .execute();
        const { page, NextToken } = pageOf(list, rows, limit, (row) => row.id);
        return { Targets: page.map((row) => JSON.parse(row.target) as Target), NextToken, $metadata: {} };
      },
    }),

    ListRuleNamesByTarget: operation<ListRuleNamesByTargetCommandInput, ListRuleNamesByTargetCommandOutput>({
      mutates: false,
      resources: (_input, { scope }) => [ruleArn(scope, DEFAULT_BUS, '*')],
      async handler(input, { scope }) {
        const bus = await needBus(database.read, scope, input.EventBusName);
        const list = `rules-by-target/${scope.account}/${scope.region}/${bus.name}/${input.TargetArn}`;
        const { after, limit } = pageStart(list, input);
        const rows = await database.read.query<{ rule: string }>(
          `select distinct rule from events_targets where account = ? and region = ? and bus = ? and target_arn = ?
             and rule > ? order by rule limit ?`,
          [scope.account, scope.region, bus.name, input.TargetArn ?? '', after, limit + 1],
        );
        const { page, NextToken } = pageOf(list, rows, limit, (row) => row.rule);
        return { RuleNames: page.map((row) => row.rule), NextToken, $metadata: {} };
      },
    }),
  };
}

function putTarget(tx: Tx, rule: RuleRow, target: Target): Promise<number> {
  return tx.execute(
    `insert into events_targets (account, region, bus, rule, id, target_arn, target) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, bus, rule, id)
     do update set target_arn = excluded.target_arn, target = excluded.target`,
    [
      rule.account,
      rule.region,
      rule.bus,
      rule.name,
      target.Id ?? '',
      target.Arn ?? '',
      JSON.stringify(target),
    ],
  );
}

async function removeTarget(tx: Tx, rule: RuleRow, id: string): Promise<boolean> {
  const removed = await tx.execute(
    'delete from events_targets where account = ? and region = ? and bus = ? and rule = ? and id = ?',
    [rule.account, rule.region, rule.bus, rule.name, id],
  );
  return removed > 0;
}

async function checkCount(tx: Tx, rule: Scope & Pick<RuleRow, 'bus' | 'name'>): Promise<void> {
  const rows = await tx.query<{ n: number | string }>(
    'select count(*) as n from events_targets where account = ? and region = ? and bus = ? and rule = ?',
    [rule.account, rule.region, rule.bus, rule.name],
  );
  if (Number(rows[0]?.n) > MAX_TARGETS) {
    throw new ApiError('LimitExceededException', `A rule has at most ${MAX_TARGETS} targets.`);
  }
}
