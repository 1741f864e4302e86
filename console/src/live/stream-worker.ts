import { buffersOf } from '../log/packed-lines.ts';
import { browserHub } from './browser-hub.ts';
import type { FromHub, ToHub } from './protocol.ts';

/** Shared worker: one hub, and so one connection, for all tabs of the browser. */
const hub = browserHub();

interface Joining {
  readonly kind: 'join';
  readonly tab: string;
}

const scope = globalThis as unknown as { onconnect: (event: MessageEvent) => void };

scope.onconnect = ({ ports: [port] }) => {
  if (port === undefined) return;
  let tab = '';
  port.onmessage = ({ data }: MessageEvent<ToHub | Joining>) => {
    if (data.kind !== 'join') return hub.handle(tab, data);
    tab = data.tab;
    hub.join(tab, (message) => port.postMessage(message, moved(message)));
    // A tab holds a lock of its name while it lives; getting it means that the tab is gone, crash included.
    void navigator.locks.request(tab, () => hub.leave(tab));
  };
};

function moved(message: FromHub): Transferable[] {
  return message.kind === 'log' ? buffersOf(message.lines) : [];
}
