import type { LiveChange } from './protocol.ts';

/** What a query depends on: any change of a topic, or only those of one thing. */
export interface Watch {
  readonly topic: string;
  readonly id?: string;
}

export function watches(watch: Watch, change: LiveChange): boolean {
  if (watch.topic !== change.topic) return false;
  return watch.id === undefined || change.id === watch.id;
}
