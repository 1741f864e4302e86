import { NATIVE, native } from '../session/native.ts';
import { LiveHub } from './hub.ts';

/** The hub over the browser's own EventSource and fetch; runs in the shared worker or, without one, in the tab. */
export function browserHub(): LiveHub {
  return new LiveHub({
    open: () => new EventSource(`${NATIVE}/stream`),
    postLog: async (streamId, address) => {
      const answer = await native('POST', `/stream/${encodeURIComponent(streamId)}/logs`, address);
      if (!answer.ok) throw new Error(await refusal(answer));
      const { subscription } = (await answer.json()) as { readonly subscription: string };
      return subscription;
    },
    dropLog: (streamId, subscription) => {
      const path = `/stream/${encodeURIComponent(streamId)}/logs/${encodeURIComponent(subscription)}`;
      native('DELETE', path).catch(() => undefined);
    },
  });
}

async function refusal(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => undefined)) as { readonly message?: string } | undefined;
  return body?.message ?? `The server answered ${answer.status}.`;
}
