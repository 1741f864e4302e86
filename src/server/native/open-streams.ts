import type { LiveStream } from './live-stream.ts';

/** Streams of one session: a browser needs one for all its tabs, and a connection that broke may linger. */
const MOST = 32;

/** The live streams that stand, by their ids. They end with the session that opened them. */
export interface OpenStreams {
  /** Whether the session may open one more. */
  hasRoom(cookie: string): boolean;
  add(cookie: string, stream: LiveStream, end: () => void): void;
  remove(id: string): void;
  /** Undefined for those of other accounts, too. */
  find(id: string, account: string): LiveStream | undefined;
  /** Ends all of a session. */
  endOf(cookie: string): void;
}

interface Open {
  readonly cookie: string;
  readonly stream: LiveStream;
  readonly end: () => void;
}

export function createOpenStreams(): OpenStreams {
  const open = new Map<string, Open>();
  const of = (cookie: string) => [...open.values()].filter((one) => one.cookie === cookie);
  return {
    hasRoom: (cookie) => of(cookie).length < MOST,
    add: (cookie, stream, end) => void open.set(stream.id, { cookie, stream, end }),
    remove: (id) => void open.delete(id),
    find(id, account) {
      const stream = open.get(id)?.stream;
      return stream?.account === account ? stream : undefined;
    },
    endOf(cookie) {
      for (const { end } of of(cookie)) end();
    },
  };
}
