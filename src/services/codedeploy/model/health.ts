import type { MinimumHealthyHosts } from './configs.ts';

/** What one deployment must keep, worked out for its number of hosts. */
export interface HealthRule {
  /** Hosts that stay healthy at any moment; 0 for AllAtOnce. */
  readonly minimum: number;
  /** How many may be worked on at once; 0 when the rule cannot be met at all. */
  readonly batch: number;
  /** Any failed host fails the deployment (OneAtATime, or a group that requires all; D1.19). */
  readonly strict: boolean;
}

/**
 * FLEET_PERCENT is rounded up (D1.18). `built in` configurations always move one host at a time at least, so that a
 * group of one host can be deployed; a custom configuration that allows no host to be taken down allows nothing.
 */
export function healthRule(
  hosts: number,
  config: MinimumHealthyHosts,
  builtIn: boolean,
  requireAll = false,
): HealthRule {
  if (config.type === 'ONE_AT_A_TIME') {
    return { minimum: Math.max(hosts - 1, 0), batch: Math.min(hosts, 1), strict: true };
  }
  const asked = config.type === 'HOST_COUNT' ? config.value : Math.ceil((hosts * config.value) / 100);
  const minimum = Math.min(asked, hosts);
  const batch = hosts - minimum;
  if (batch > 0 || !builtIn || hosts === 0) return { minimum, batch, strict: requireAll };
  return { minimum: hosts - 1, batch: 1, strict: requireAll };
}

export type HostStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped';

export interface HostProgress {
  readonly status: HostStatus;
  /** Whether its last deployment left it in a good state (new hosts count as healthy). */
  readonly healthy: boolean;
}

/** Hosts that serve right now: done, or not touched yet and good before. Those worked on are down. */
export function healthyHosts(hosts: readonly HostProgress[]): number {
  return hosts.filter((host) => host.status === 'Succeeded' || (host.status === 'Pending' && host.healthy))
    .length;
}

export type NextStep =
  /** Indexes to begin with now; empty while those under way must end first. */
  | { readonly kind: 'go-on'; readonly start: readonly number[] }
  | { readonly kind: 'succeeded'; readonly failed: number }
  | {
      readonly kind: 'failed';
      readonly why: 'host-failed' | 'too-few-healthy' | 'none-succeeded' | 'unmeetable';
    };

/**
 * What a deployment does next. Hosts stand in the order they are to be deployed. A healthy host is only taken down
 * while enough others stay healthy; once the rule cannot be kept any more no further host is touched, but those under
 * way end first (then `failed`).
 */
export function nextStep(hosts: readonly HostProgress[], rule: HealthRule): NextStep {
  const count = (status: HostStatus) => hosts.filter((host) => host.status === status).length;
  const working = count('InProgress');
  const failed = count('Failed') + count('Skipped');
  const needed = Math.max(rule.minimum, 1);
  if (count('Pending') === 0 && working === 0) return verdict(count('Succeeded'), failed, needed, rule);
  if (rule.batch === 0) return { kind: 'failed', why: 'unmeetable' };
  if (rule.strict && failed > 0) return endWhenIdle(working, 'host-failed');
  if (hosts.length - failed < needed) return endWhenIdle(working, 'too-few-healthy');
  const start = startable(hosts, rule, working);
  if (start.length === 0 && working === 0) return { kind: 'failed', why: 'too-few-healthy' };
  return { kind: 'go-on', start };
}

function startable(hosts: readonly HostProgress[], rule: HealthRule, working: number): readonly number[] {
  const start: number[] = [];
  let healthy = healthyHosts(hosts);
  for (const [index, host] of hosts.entries()) {
    if (working + start.length >= rule.batch) break;
    if (host.status !== 'Pending') continue;
    if (host.healthy && healthy - 1 < rule.minimum) continue;
    if (host.healthy) healthy--;
    start.push(index);
  }
  return start;
}

function verdict(succeeded: number, failed: number, needed: number, rule: HealthRule): NextStep {
  if (rule.strict && failed > 0) return { kind: 'failed', why: 'host-failed' };
  if (succeeded >= needed) return { kind: 'succeeded', failed };
  return { kind: 'failed', why: succeeded === 0 ? 'none-succeeded' : 'too-few-healthy' };
}

function endWhenIdle(working: number, why: 'host-failed' | 'too-few-healthy'): NextStep {
  return working > 0 ? { kind: 'go-on', start: [] } : { kind: 'failed', why };
}
