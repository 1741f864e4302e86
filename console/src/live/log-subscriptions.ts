import { LinePacker } from '../log/packed-lines.ts';
import type { FromHub, LiveLine, LogAddress } from './protocol.ts';

type PostLog = (streamId: string, address: LogAddress) => Promise<string>;
type DropLog = (streamId: string, subscription: string) => void;

interface Follower {
  readonly key: string;
  readonly send: (message: FromHub) => void;
  readonly packer: LinePacker;
  address: LogAddress;
  subscription: string | undefined;
  closed: boolean;
}

/** Answers may overtake the answer to the subscription itself; that many wait for it. */
const EARLY_LIMIT = 10_000;

/**
 * The logs that tabs follow over the one stream: opens them, goes on after a reconnect, closes them. Lines are read
 * and packed here, away from the page.
 */
export class LogSubscriptions {
  readonly #followers = new Map<string, Follower>();
  readonly #bySubscription = new Map<string, Follower>();
  readonly #early = new Map<string, (LiveLine[] | 'end')[]>();
  readonly #post: PostLog;
  readonly #drop: DropLog;
  #streamId: string | undefined;
  #opening = 0;

  constructor(post: PostLog, drop: DropLog) {
    this.#post = post;
    this.#drop = drop;
  }

  open(key: string, address: LogAddress, send: (message: FromHub) => void): void {
    const follower: Follower = {
      key,
      send,
      packer: new LinePacker(),
      address,
      subscription: undefined,
      closed: false,
    };
    this.#followers.set(key, follower);
    if (this.#streamId !== undefined) void this.#subscribe(follower, this.#streamId);
  }

  close(key: string): void {
    const follower = this.#followers.get(key);
    if (follower === undefined) return;
    follower.closed = true;
    this.#followers.delete(key);
    if (follower.subscription === undefined) return;
    this.#bySubscription.delete(follower.subscription);
    if (this.#streamId !== undefined) this.#drop(this.#streamId, follower.subscription);
  }

  /** Closes every log whose key starts like this. */
  closeAll(prefix: string): void {
    for (const key of this.#followers.keys()) if (key.startsWith(prefix)) this.close(key);
  }

  /** A stream is up, perhaps a new one: every log goes on from where it stopped. */
  connected(streamId: string): void {
    this.#streamId = streamId;
    this.#bySubscription.clear();
    this.#early.clear();
    for (const follower of this.#followers.values()) {
      follower.subscription = undefined;
      void this.#subscribe(follower, streamId);
    }
  }

  disconnected(): void {
    this.#streamId = undefined;
  }

  receive(subscription: string, news: LiveLine[] | 'end'): void {
    const follower = this.#bySubscription.get(subscription);
    if (follower !== undefined) this.#deliver(follower, news);
    else if (this.#opening > 0) this.#keepEarly(subscription, news);
  }

  async #subscribe(follower: Follower, streamId: string): Promise<void> {
    this.#opening++;
    try {
      const subscription = await this.#post(streamId, follower.address);
      if (this.#streamId !== streamId) return;
      if (follower.closed) return this.#drop(streamId, subscription);
      follower.subscription = subscription;
      this.#bySubscription.set(subscription, follower);
      for (const news of this.#early.get(subscription) ?? []) this.#deliver(follower, news);
      this.#early.delete(subscription);
    } catch (error) {
      if (this.#streamId !== streamId || follower.closed) return;
      this.#followers.delete(follower.key);
      const message = error instanceof Error ? error.message : String(error);
      follower.send({ kind: 'log-refused', key: follower.key, message });
    } finally {
      this.#opening--;
      if (this.#opening === 0) this.#early.clear();
    }
  }

  #keepEarly(subscription: string, news: LiveLine[] | 'end'): void {
    const kept = this.#early.get(subscription) ?? [];
    if (kept.length < EARLY_LIMIT) kept.push(news);
    this.#early.set(subscription, kept);
  }

  #deliver(follower: Follower, news: LiveLine[] | 'end'): void {
    if (news === 'end') {
      this.#followers.delete(follower.key);
      if (follower.subscription !== undefined) this.#bySubscription.delete(follower.subscription);
      follower.send({ kind: 'log-end', key: follower.key });
      return;
    }
    const last = news.at(-1);
    if (last !== undefined) follower.address = { ...follower.address, offset: last.next };
    follower.send({ kind: 'log', key: follower.key, lines: follower.packer.pack(news) });
  }
}
