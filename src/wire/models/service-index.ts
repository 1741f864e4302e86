import type { ServiceIndex } from './service-model.ts';

/** All services. */
export const serviceIndex: ServiceIndex = {
  entries: [],
  byId: () => undefined,
  bySigningName: () => undefined,
  byTarget: () => undefined,
  byQueryVersion: () => undefined,
};
