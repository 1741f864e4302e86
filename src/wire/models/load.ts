import type { ServiceModel } from './service-model.ts';

/** Loads a model on first use. Rejects for an unknown id. */
export async function loadServiceModel(id: string): Promise<ServiceModel> {
  throw new Error(`no model ${id}`);
}
