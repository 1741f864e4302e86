import type { Tx } from '../../kernel/database/port.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PlaceRef } from './actions/provider.ts';

export interface NextTurn {
  readonly place: string;
}

/**
 * Wakes whoever stands first in front of a place. Each wake is a task of its own, since one that is running may have
 * looked already; one too many does no harm.
 */
export async function wakeNext(kernel: Kernel, tx: Tx, place: PlaceRef): Promise<void> {
  const payload: NextTurn = { place: place.id };
  await kernel.tasks.enqueue(tx, place.scope, {
    kind: 'codepipeline.next-turn',
    key: `codepipeline.next-turn/${newId()}`,
    payload,
  });
}
