import type { LiveChange } from './protocol.ts';

/**
 * What a query depends on: any change of a topic, or only of ids that hold a part (an aggregate's id may carry more
 * than the name that a page knows, such as a lane's pipeline and stage).
 */
export interface Watch {
  readonly topic: string;
  readonly id?: string;
}

export function watches(watch: Watch, change: LiveChange): boolean {
  if (watch.topic !== change.topic) return false;
  return watch.id === undefined || change.id.includes(watch.id);
}
