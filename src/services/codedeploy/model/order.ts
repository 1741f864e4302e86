import type { DeploymentHost } from './deployment/state.ts';

/** What a group's last deployment left on a host. */
export interface KnownRevision {
  readonly revisionKey: string;
  readonly healthy: boolean;
}

/** AWS's order: unhealthy hosts, then those whose revision is unknown, then old, then current ones; by name inside. */
export function orderHosts(
  names: readonly string[],
  known: ReadonlyMap<string, KnownRevision>,
  revisionKey: string,
): readonly DeploymentHost[] {
  const rank = (name: string) => {
    const host = known.get(name);
    if (!host) return 1;
    if (!host.healthy) return 0;
    return host.revisionKey === revisionKey ? 3 : 2;
  };
  return names
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((name) => ({ name, status: 'Pending', healthy: known.get(name)?.healthy ?? true }));
}

/** Whether a host still needs a revision. */
export function isOutdated(known: KnownRevision | undefined, revisionKey: string): boolean {
  return !known?.healthy || known.revisionKey !== revisionKey;
}
