import type { Kernel } from '../../src/kernel/kernel.ts';

/** Asks again at every change of a server until the answer is there; nothing sleeps. */
export function nextChange({ changes }: Pick<Kernel, 'changes'>) {
  return {
    async until<T>(ask: () => Promise<T | undefined | false | 0>): Promise<T> {
      for (;;) {
        const abort = new AbortController();
        const change = changes.next(() => true, abort.signal);
        try {
          const found = await ask();
          if (found !== undefined && found !== false && found !== 0) return found;
          await change;
        } finally {
          abort.abort();
        }
      }
    },
  };
}
