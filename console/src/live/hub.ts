import { LogSubscriptions } from './log-subscriptions.ts';
import type { FromHub, LiveChange, LiveLine, LogAddress, ToHub } from './protocol.ts';

/** The part of an EventSource that the hub uses. */
export type StreamSource = Pick<EventSource, 'addEventListener' | 'close' | 'readyState'>;

export interface HubDependencies {
  open(): StreamSource;
  postLog(streamId: string, address: LogAddress): Promise<string>;
  dropLog(streamId: string, subscription: string): void;
}

const CLOSED = 2;
const COALESCE_MS = 50;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;

/**
 * The one stream of a browser: holds it open while any tab is there, hands changes to every tab (gathered for 50 ms)
 * and log lines to the tab that asked. A browser allows six connections to a server, so each tab must not take one.
 */
export class LiveHub {
  readonly #dependencies: HubDependencies;
  readonly #tabs = new Map<string, (message: FromHub) => void>();
  readonly #logs: LogSubscriptions;
  #source: StreamSource | undefined;
  #connected = false;
  #everConnected = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #gathered: LiveChange[] = [];

  constructor(dependencies: HubDependencies) {
    this.#dependencies = dependencies;
    this.#logs = new LogSubscriptions(dependencies.postLog, dependencies.dropLog);
  }

  join(tab: string, send: (message: FromHub) => void): void {
    this.#tabs.set(tab, send);
    if (this.#connected) send({ kind: 'connected' });
    else if (this.#source === undefined) this.#open();
  }

  handle(tab: string, message: ToHub): void {
    const send = this.#tabs.get(tab);
    if (send === undefined) return;
    if (message.kind === 'open-log') {
      this.#logs.open(`${tab} ${message.key}`, message.address, (news) =>
        send(withTabKey(news, message.key)),
      );
    } else if (message.kind === 'close-log') {
      this.#logs.close(`${tab} ${message.key}`);
    } else {
      this.leave(tab);
    }
  }

  leave(tab: string): void {
    if (!this.#tabs.delete(tab)) return;
    this.#logs.closeAll(`${tab} `);
    if (this.#tabs.size === 0) this.#stop();
  }

  #open(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const source = this.#dependencies.open();
    this.#source = source;
    const on = <T>(name: string, receive: (data: T) => void): void =>
      source.addEventListener(name, (event) => {
        if (this.#source === source) receive(JSON.parse((event as MessageEvent<string>).data) as T);
      });
    on<{ id: string }>('hello', ({ id }) => this.#hello(id));
    on<LiveChange>('change', (change) => this.#gather(change));
    on<{ subscription: string; lines: LiveLine[] }>('log', ({ subscription, lines }) => {
      this.#logs.receive(subscription, lines);
    });
    on<{ subscription: string }>('log-end', ({ subscription }) => this.#logs.receive(subscription, 'end'));
    source.addEventListener('error', () => {
      if (this.#source === source) this.#broken(source);
    });
  }

  #hello(id: string): void {
    this.#connected = true;
    this.#failures = 0;
    this.#tell({ kind: 'connected' });
    if (this.#everConnected) this.#tell({ kind: 'resync' });
    this.#everConnected = true;
    this.#logs.connected(id);
  }

  #broken(source: StreamSource): void {
    this.#connected = false;
    this.#logs.disconnected();
    this.#tell({ kind: 'disconnected' });
    // The browser reconnects by itself after a network error, but gives up after an HTTP error.
    if (source.readyState !== CLOSED) return;
    this.#source = undefined;
    if (this.#tabs.size === 0) return;
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  #stop(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.#connected = false;
    this.#everConnected = false;
    this.#logs.disconnected();
  }

  #gather(change: LiveChange): void {
    if (this.#gathered.push(change) > 1) return;
    setTimeout(() => {
      const changes = this.#gathered;
      this.#gathered = [];
      this.#tell({ kind: 'changes', changes });
    }, COALESCE_MS);
  }

  #tell(message: FromHub): void {
    for (const send of this.#tabs.values()) send(message);
  }
}

/** The hub prefixes keys with the tab; the tab knows its own. */
function withTabKey(message: FromHub, key: string): FromHub {
  return 'key' in message ? { ...message, key } : message;
}
