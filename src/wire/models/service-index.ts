import { entries } from './generated/index.ts';
import type { ServiceIndex, ServiceIndexEntry } from './service-model.ts';

/** All services, by everything a request may name them with. Loads no shapes. */
export const serviceIndex: ServiceIndex = createServiceIndex(entries);

function createServiceIndex(all: readonly ServiceIndexEntry[]): ServiceIndex {
  const ids = new Map(all.map((entry) => [entry.id, entry]));
  const signingNames = new Map(all.flatMap((entry) => entry.signingNames.map((name) => [name, entry])));
  const targets = new Map(all.flatMap((entry) => entry.targetPrefixes.map((name) => [name, entry])));
  const versions = new Map(
    all.filter(({ protocols }) => protocols.includes('query')).map((entry) => [entry.apiVersion, entry]),
  );
  return {
    entries: all,
    byId: (id) => ids.get(id),
    bySigningName: (name) => signingNames.get(name),
    byTarget: (target) => {
      const dot = target.lastIndexOf('.');
      const entry = targets.get(target.slice(0, Math.max(dot, 0)));
      return entry === undefined ? undefined : { entry, operation: target.slice(dot + 1) };
    },
    byQueryVersion: (version) => versions.get(version),
  };
}
