import type { PackedLines } from '../log/packed-lines.ts';
import { browserHub } from './browser-hub.ts';
import type { FromHub, LiveChange, LogAddress, ToHub } from './protocol.ts';

export interface LogFollower {
  lines(lines: PackedLines): void;
  ended(): void;
  refused(message: string): void;
}

export interface LiveEvents {
  changes(changes: readonly LiveChange[]): void;
  resync(): void;
  connection(connected: boolean): void;
}

/** A tab's end of the live stream. */
export interface LiveClient {
  /** Follows a log from an offset; the answer stops that. */
  followLog(address: LogAddress, follower: LogFollower): () => void;
  leave(): void;
}

export function joinLive(events: LiveEvents): LiveClient {
  const tab = `pipewright-tab-${crypto.randomUUID()}`;
  const followers = new Map<string, LogFollower>();
  const send = connect(tab, (message) => receive(message, events, followers));
  let nextKey = 0;
  return {
    followLog(address, follower) {
      const key = String(nextKey++);
      followers.set(key, follower);
      send({ kind: 'open-log', key, address });
      return () => {
        if (followers.delete(key)) send({ kind: 'close-log', key });
      };
    },
    leave: () => send({ kind: 'leave' }),
  };
}

function connect(tab: string, receiveMessage: (message: FromHub) => void): (message: ToHub) => void {
  if (typeof SharedWorker === 'undefined' || navigator.locks === undefined) {
    const hub = browserHub();
    hub.join(tab, receiveMessage);
    return (message) => hub.handle(tab, message);
  }
  const worker = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), {
    type: 'module',
    name: 'pipewright-stream',
  });
  worker.port.onmessage = ({ data }: MessageEvent<FromHub>) => receiveMessage(data);
  // The lock is held until the tab ends; the worker waits for it. Messages follow the joining.
  const joined = new Promise<void>((resolve) => {
    void navigator.locks.request(tab, () => {
      worker.port.postMessage({ kind: 'join', tab });
      resolve();
      return new Promise(() => undefined);
    });
  });
  return (message) => void joined.then(() => worker.port.postMessage(message));
}

function receive(message: FromHub, events: LiveEvents, followers: Map<string, LogFollower>): void {
  switch (message.kind) {
    case 'connected':
      return events.connection(true);
    case 'disconnected':
      return events.connection(false);
    case 'resync':
      return events.resync();
    case 'changes':
      return events.changes(message.changes);
    case 'log':
      return followers.get(message.key)?.lines(message.lines);
    case 'log-end':
      followers.get(message.key)?.ended();
      followers.delete(message.key);
      return;
    case 'log-refused':
      followers.get(message.key)?.refused(message.message);
      followers.delete(message.key);
  }
}
