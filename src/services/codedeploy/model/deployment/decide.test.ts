import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecideContext, Decision, Message } from '../../../../kernel/transitions/port.ts';
import { healthRule } from '../health.ts';
import { decideTarget } from '../target/decide.ts';
import type { TargetInput } from '../target/inputs.ts';
import type { Target } from '../target/state.ts';
import { decideDeployment } from './decide.ts';
import type { DeploymentInput } from './inputs.ts';
import type { Deployment, DeploymentPlan } from './state.ts';

const revision = (key: string) => ({ bucket: 'b', key, bundleType: 'zip' as const, version: '1', eTag: 'e' });
const plan = (count: number, changes: Partial<DeploymentPlan> = {}): DeploymentPlan => ({
  id: 'd-000000001',
  group: { applicationName: 'app', deploymentGroupName: 'fleet', deploymentGroupId: 'g' },
  creator: 'user',
  description: '',
  revision: revision('new'),
  lastGood: { deploymentId: 'd-000000000', revision: revision('old') },
  configName: 'CodeDeployDefault.OneAtATime',
  rule: healthRule(count, { type: 'ONE_AT_A_TIME', value: 99 }, true),
  fileExistsBehavior: 'DISALLOW',
  ignoreApplicationStopFailures: false,
  updateOutdatedInstancesOnly: false,
  autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
  rollsBack: undefined,
  replyTo: { to: { kind: 'pipeline', id: 'p' }, token: 't' },
  ...changes,
});

/** A small house: applies inputs and the messages they set off, deployments before their targets as they come. */
function house() {
  const states = new Map<string, unknown>();
  const replies: unknown[] = [];
  const targetEnds: string[] = [];
  let ids = 0;
  const send = (message: Message): void => {
    const waiting = [message];
    for (;;) {
      const next = waiting.shift();
      if (!next) return;
      const name = `${next.to.kind} ${next.to.id}`;
      if (next.to.kind === 'pipeline') {
        replies.push(next.input);
        continue;
      }
      const context: DecideContext = {
        scope: { account: '111111111111', region: 'us-east-1' },
        ref: next.to,
        now: 1000 + ids,
        newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
      };
      const before = states.get(name);
      const decision: Decision<unknown> =
        next.to.kind === 'codedeploy.target'
          ? decideTarget(before as Target | undefined, next.input as TargetInput, context)
          : decideDeployment(before as Deployment | undefined, next.input as DeploymentInput, context);
      states.set(name, decision.state);
      const [was, is] = [before as Target | undefined, decision.state as Target];
      if (next.to.kind === 'codedeploy.target' && was?.command !== 'over' && is.command === 'over')
        targetEnds.push(name);
      waiting.push(...(decision.messages ?? []));
    }
  };
  const deployment = (id = 'd-000000001') => states.get(`codedeploy.deployment ${id}`) as Deployment;
  return {
    states,
    replies,
    targetEnds,
    deployment,
    deployments: () =>
      [...states]
        .filter(([name]) => name.startsWith('codedeploy.deployment'))
        .map(([, state]) => state as Deployment),
    target: (host: string, id = 'd-000000001') => states.get(`codedeploy.target ${id}/${host}`) as Target,
    tell: (input: DeploymentInput, id = 'd-000000001') =>
      send({ to: { kind: 'codedeploy.deployment', id }, input }),
  };
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `h${n}`);
const create = (count: number, changes: Partial<DeploymentPlan> = {}): DeploymentInput => ({
  kind: 'create',
  selection: count === 0 ? '0 instances match' : '',
  plan: plan(count, changes),
  hosts: names(count).map((name) => ({ name, status: 'Pending', healthy: true })),
});
const inspected: DeploymentInput = { kind: 'inspected', bundle: { sha256: 'x', size: 1 } };
const claim = (host: string): DeploymentInput => ({
  kind: 'relay',
  host,
  input: { kind: 'claim', epoch: 1 },
});
const end = (host: string, status: 'Succeeded' | 'Failed'): DeploymentInput => ({
  kind: 'relay',
  host,
  input: {
    kind: 'report',
    epoch: 1,
    reports: [
      { sequence: 1, kind: 'EventStarted', event: 'Install', at: 1 },
      { sequence: 2, kind: 'EventEnded', event: 'Install', status, at: 2 },
      { sequence: 3, kind: 'CommandEnded', status, at: 3 },
    ],
  },
});

describe('a deployment', () => {
  test('goes from host to host and tells the pipeline', () => {
    const h = house();
    h.tell(create(2));
    expect(h.deployment().status).toBe('Created');
    h.tell(inspected);
    expect(h.deployment().hosts.map((host) => host.status)).toEqual(['InProgress', 'Pending']);
    h.tell(claim('h0'));
    h.tell(end('h0', 'Succeeded'));
    expect(h.deployment().hosts.map((host) => host.status)).toEqual(['Succeeded', 'InProgress']);
    h.tell(claim('h1'));
    h.tell(end('h1', 'Succeeded'));
    expect(h.deployment()).toMatchObject({ status: 'Succeeded', rollback: undefined });
    expect(h.replies).toMatchObject([{ token: 't', outcome: 'succeeded', externalId: 'd-000000001' }]);
  });

  test('rolls back when a host fails: linked both ways, broken hosts first', () => {
    const h = house();
    h.tell(create(3));
    h.tell(inspected);
    for (const host of ['h0', 'h1']) {
      h.tell(claim(host));
      h.tell(end(host, host === 'h1' ? 'Failed' : 'Succeeded'));
    }
    const failed = h.deployment();
    expect(failed.status).toBe('Failed');
    const back = h.deployment(failed.rollback?.deploymentId);
    expect(back).toMatchObject({
      creator: 'codeDeployRollback',
      rollsBack: failed.id,
      revision: { key: 'old' },
      replyTo: undefined,
      hosts: [
        { name: 'h1', healthy: false },
        { name: 'h0', healthy: true },
        { name: 'h2', healthy: true },
      ],
    });
    expect(h.replies).toMatchObject([{ outcome: 'failed', errorCode: 'JobFailed' }]);
  });

  test('rolls nothing back when no host was touched or nothing good is known, and says so', () => {
    const h = house();
    h.tell(create(1));
    h.tell({ kind: 'unusable', error: { code: 'INVALID_REVISION', message: 'broken' } });
    expect(h.deployment()).toMatchObject({ status: 'Failed', rollback: { deploymentId: undefined } });
    expect(h.target('h0')).toMatchObject({ status: 'Skipped' });
    const other = house();
    other.tell(create(1, { lastGood: undefined }));
    other.tell(inspected);
    other.tell(claim('h0'));
    other.tell(end('h0', 'Failed'));
    expect(other.deployments()).toHaveLength(1);
    expect(other.deployment().rollback?.message).toContain('no last successful deployment');
  });

  test('without hosts fails at once with NO_INSTANCES', () => {
    const h = house();
    h.tell(create(0));
    expect(h.deployment()).toMatchObject({ status: 'Failed', error: { code: 'NO_INSTANCES' } });
  });

  test('a stop without setting does what the group says, with setting what it says', () => {
    for (const [rollback, events, expected] of [
      [undefined, ['DEPLOYMENT_STOP_ON_REQUEST'], 2],
      [undefined, ['DEPLOYMENT_FAILURE'], 1],
      [false, ['DEPLOYMENT_STOP_ON_REQUEST'], 1],
      [true, ['DEPLOYMENT_FAILURE'], 2],
    ] as const) {
      const h = house();
      h.tell(create(2, { autoRollback: { enabled: true, events } }));
      h.tell(inspected);
      h.tell(claim('h0'));
      h.tell({ kind: 'stop', rollback });
      expect(h.deployment().status).toBe('InProgress');
      expect(h.target('h0').stopReason).toBeDefined();
      h.tell(end('h0', 'Failed'));
      expect(h.deployment().status).toBe('Stopped');
      expect(h.deployments()).toHaveLength(expected);
    }
  });

  test('a rollback is not rolled back, not even when its stop asks for it (D6.5)', () => {
    const h = house();
    h.tell(create(1));
    h.tell(inspected);
    h.tell(claim('h0'));
    h.tell(end('h0', 'Failed'));
    const id = h.deployment().rollback?.deploymentId as string;
    h.tell(inspected, id);
    h.tell(claim('h0'), id);
    h.tell({ kind: 'stop', rollback: true }, id);
    h.tell(end('h0', 'Failed'), id);
    expect(h.deployment(id)).toMatchObject({ status: 'Stopped', rollback: undefined });
    expect(h.deployments()).toHaveLength(2);
  });

  test('reports that overlap with known ones count from where the known ones end', () => {
    const h = house();
    h.tell(create(1));
    h.tell(inspected);
    h.tell(claim('h0'));
    const all = end('h0', 'Succeeded') as Extract<DeploymentInput, { kind: 'relay' }>;
    const { reports } = all.input as Extract<TargetInput, { kind: 'report' }>;
    h.tell({ ...all, input: { kind: 'report', epoch: 1, reports: reports.slice(0, 1) } });
    expect(h.target('h0').lastSequence).toBe(1);
    h.tell(all);
    expect(h.deployment().status).toBe('Succeeded');
  });

  test('reports of an old session, repeated ones and those after a gap change nothing', () => {
    const h = house();
    h.tell(create(1));
    h.tell(inspected);
    h.tell({ kind: 'relay', host: 'h0', input: { kind: 'claim', epoch: 7 } });
    const before = h.target('h0');
    h.tell(end('h0', 'Succeeded'));
    expect(h.target('h0')).toBe(before);
    const report = (sequence: number): DeploymentInput => ({
      kind: 'relay',
      host: 'h0',
      input: {
        kind: 'report',
        epoch: 7,
        reports: [{ sequence, kind: 'EventStarted', event: 'Install', at: 5 }],
      },
    });
    h.tell(report(2));
    expect(h.target('h0').lastSequence).toBe(0);
    h.tell(report(1));
    const once = h.target('h0');
    h.tell(report(1));
    expect(h.target('h0')).toStrictEqual(once);
  });
});

test('property: any order of answers, stops, losses and repeats ends every deployment and each target once', () => {
  const step = fc.record({
    what: fc.constantFrom('claim', 'succeed', 'fail', 'lost', 'stop', 'time-out', 'again', 'inspect'),
    host: fc.nat(5),
  });
  const rules = fc.constantFrom(
    { type: 'ONE_AT_A_TIME', value: 99 } as const,
    { type: 'FLEET_PERCENT', value: 50 } as const,
    { type: 'FLEET_PERCENT', value: 0 } as const,
    { type: 'HOST_COUNT', value: 2 } as const,
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      rules,
      fc.array(step, { maxLength: 60 }),
      (count, config, steps) => {
        const h = house();
        const built = config.type !== 'HOST_COUNT';
        const input = create(count, { rule: healthRule(count, config, built) });
        h.tell(input);
        const act = (what: string, host: string, id: string) => {
          if (what === 'claim') h.tell(claim(host), id);
          if (what === 'succeed') h.tell(end(host, 'Succeeded'), id);
          if (what === 'fail') h.tell(end(host, 'Failed'), id);
          if (what === 'lost')
            h.tell({ kind: 'relay', host, input: { kind: 'agent-lost', message: 'gone' } }, id);
          if (what === 'again') h.tell(input);
          if (what === 'inspect') h.tell(inspected, id);
          if (what === 'time-out') h.tell({ kind: 'time-out' }, id);
          if (what === 'stop' && h.deployment(id).completeTime === undefined)
            h.tell({ kind: 'stop', rollback: true }, id);
        };
        for (const { what, host } of steps) {
          // Only agents of hosts under way are lost.
          const state = h.deployment().hosts[host % count];
          if (what === 'lost' && state?.status !== 'InProgress') continue;
          act(what, `h${host % count}`, 'd-000000001');
        }
        // Whatever came, agents that answer bring everything to its end.
        for (let round = 0; round < 4 * count; round++) {
          for (const { id, hosts } of h.deployments()) {
            act('inspect', '', id);
            for (const { name } of hosts) for (const what of ['claim', 'succeed']) act(what, name, id);
          }
        }
        const deployments = h.deployments();
        expect(deployments.length).toBeLessThanOrEqual(2);
        for (const deployment of deployments) {
          expect(['Succeeded', 'Failed', 'Stopped']).toContain(deployment.status);
          for (const host of deployment.hosts) {
            expect(['Succeeded', 'Failed', 'Skipped']).toContain(host.status);
            expect(h.target(host.name, deployment.id).status).toBe(host.status);
          }
        }
        expect(new Set(h.targetEnds).size).toBe(h.targetEnds.length);
        expect(h.replies).toHaveLength(1);
      },
    ),
    { numRuns: 400 },
  );
});
