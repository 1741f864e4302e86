import type { Change, Changes } from '../../kernel/changes/port.ts';
import { newId } from '../../kernel/ids.ts';
import type { LogStreams } from '../../kernel/log-streams/port.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { LogsRoom } from '../../services/logs/index.ts';

/** Sends one event; resolves when the connection can take more. */
export type SendEvent = (event: string, data: unknown) => Promise<void>;

export interface LogRequest {
  readonly group: string;
  readonly stream: string;
  /** Byte offset to go on from. */
  readonly offset: number;
}

/** One browser's stream: changes of its account and the logs that it asked for. */
export interface LiveStream {
  readonly id: string;
  readonly account: string;
  /** Undefined when there is no such log. */
  followLog(request: LogRequest): Promise<string | undefined>;
  dropLog(subscription: string): void;
  close(): void;
}

const MAX_LOGS = 50;
const MAX_WAITING_CHANGES = 10_000;

interface Parts {
  readonly changes: Changes;
  readonly logs: LogStreams;
  readonly logsRoom: LogsRoom;
}

/** Opens a stream and says hello; everything that comes is pushed until `close`. */
export function openLiveStream(parts: Parts, scope: Scope, send: SendEvent): LiveStream {
  const id = newId();
  const subscriptions = new Map<string, AbortController>();
  const changes = forwardChanges(parts.changes, scope, send);
  const follow = async (streamId: string, offset: number, subscription: string, signal: AbortSignal) => {
    for await (const records of parts.logs.tail(streamId, offset, signal)) {
      await send('log', { subscription, lines: records });
    }
    if (!signal.aborted) await send('log-end', { subscription });
    subscriptions.delete(subscription);
  };
  return {
    id,
    account: scope.account,
    async followLog({ group, stream, offset }) {
      if (subscriptions.size >= MAX_LOGS) return undefined;
      const streamId = await parts.logsRoom.findStream(scope, group, stream);
      if (streamId === undefined) return undefined;
      const subscription = newId();
      const abort = new AbortController();
      subscriptions.set(subscription, abort);
      follow(streamId, offset, subscription, abort.signal).catch(() => abort.abort());
      return subscription;
    },
    dropLog(subscription) {
      subscriptions.get(subscription)?.abort();
      subscriptions.delete(subscription);
    },
    close() {
      changes();
      for (const abort of subscriptions.values()) abort.abort();
      subscriptions.clear();
    },
  };
}

/** Changes that the connection cannot take yet wait once for each thing: only the newest of it matters. */
function forwardChanges(changes: Changes, scope: Scope, send: SendEvent): () => void {
  const waiting = new Map<string, Change>();
  let sending = false;
  const drain = async () => {
    sending = true;
    try {
      for (const [key, { topic, id, sequence }] of waiting) {
        waiting.delete(key);
        await send('change', { topic, id, sequence });
      }
    } finally {
      sending = false;
    }
  };
  return changes.subscribe((change) => {
    if (change.scope.account !== scope.account && change.scope.account !== '-') return;
    if (waiting.size >= MAX_WAITING_CHANGES) return;
    waiting.set(`${change.topic} ${change.id}`, change);
    if (!sending) drain().catch(() => {});
  });
}
