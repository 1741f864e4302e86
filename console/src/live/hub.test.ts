import { describe, expect, it } from 'vitest';
import { LinePacker } from '../log/packed-lines.ts';
import { LiveHub, type StreamSource } from './hub.ts';
import type { FromHub, LogAddress } from './protocol.ts';

/** A stream under the test's control. */
function stage() {
  const streams: { emit(name: string, data?: unknown): void; state: number; closed: boolean }[] = [];
  const posts: { stream: string; address: LogAddress; answer(subscription: string): void }[] = [];
  const dropped: string[] = [];
  const hub = new LiveHub({
    open: () => {
      const handlers = new Map<string, (event: Event) => void>();
      const stream = {
        state: 1,
        closed: false,
        emit: (name: string, data?: unknown) =>
          handlers.get(name)?.({ data: JSON.stringify(data ?? null) } as unknown as Event),
      };
      streams.push(stream);
      return {
        addEventListener: (name: string, handler: (event: Event) => void) => handlers.set(name, handler),
        close: () => (stream.closed = true),
        get readyState() {
          return stream.state;
        },
      } as unknown as StreamSource;
    },
    postLog: (stream, address) => new Promise((answer) => posts.push({ stream, address, answer })),
    dropLog: (_stream, subscription) => dropped.push(subscription),
  });
  return { hub, streams, posts, dropped };
}

const ADDRESS: LogAddress = { group: '/g', stream: 's', offset: 0 };
const LINE = { at: 1, text: 'hello', offset: 0, next: 30 };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function tab(hub: LiveHub, name: string): FromHub[] {
  const got: FromHub[] = [];
  hub.join(name, (message) => got.push(message));
  return got;
}

describe('LiveHub', () => {
  it('opens one stream for all tabs and closes it with the last', () => {
    const { hub, streams } = stage();
    tab(hub, 'a');
    tab(hub, 'b');
    expect(streams).toHaveLength(1);
    hub.leave('a');
    expect(streams[0]?.closed).toBe(false);
    hub.leave('b');
    expect(streams[0]?.closed).toBe(true);
  });

  it('gathers changes and hands them to every tab', async () => {
    const { hub, streams } = stage();
    const [a, b] = [tab(hub, 'a'), tab(hub, 'b')];
    streams[0]?.emit('hello', { id: 'one' });
    streams[0]?.emit('change', { topic: 't', id: '1', sequence: 1 });
    streams[0]?.emit('change', { topic: 't', id: '2', sequence: 1 });
    await expect.poll(() => a.filter((message) => message.kind === 'changes')).toHaveLength(1);
    expect(a.at(-1)).toEqual(b.at(-1));
    expect(a.at(-1)).toMatchObject({ changes: [{ id: '1' }, { id: '2' }] });
  });

  it('delivers lines that overtake the answer to the subscription, to the right tab only', async () => {
    const { hub, streams, posts } = stage();
    const [a, b] = [tab(hub, 'a'), tab(hub, 'b')];
    streams[0]?.emit('hello', { id: 'one' });
    hub.handle('a', { kind: 'open-log', key: '7', address: ADDRESS });
    streams[0]?.emit('log', { subscription: 'x', lines: [LINE] });
    posts[0]?.answer('x');
    await settled();
    streams[0]?.emit('log-end', { subscription: 'x' });
    expect(a.slice(1)).toEqual([
      { kind: 'log', key: '7', lines: new LinePacker().pack([LINE]) },
      { kind: 'log-end', key: '7' },
    ]);
    expect(b).toHaveLength(1);
  });

  it('goes on from the last line after a reconnect and asks tabs to read again', async () => {
    const { hub, streams, posts } = stage();
    const a = tab(hub, 'a');
    streams[0]?.emit('hello', { id: 'one' });
    hub.handle('a', { kind: 'open-log', key: '7', address: ADDRESS });
    posts[0]?.answer('x');
    await settled();
    streams[0]?.emit('log', { subscription: 'x', lines: [LINE] });
    streams[0]?.emit('error');
    streams[0]?.emit('hello', { id: 'two' });
    expect(posts[1]).toMatchObject({ stream: 'two', address: { offset: 30 } });
    expect(a.map((message) => message.kind)).toEqual([
      'connected',
      'log',
      'disconnected',
      'connected',
      'resync',
    ]);
  });

  it('opens a new stream when the browser gave up', async () => {
    const { hub, streams } = stage();
    tab(hub, 'a');
    if (streams[0] !== undefined) streams[0].state = 2;
    streams[0]?.emit('error');
    await expect.poll(() => streams.length).toBe(2);
    hub.leave('a');
  });

  it('drops the logs of a tab that leaves, also one whose subscription is still on its way', async () => {
    const { hub, streams, posts, dropped } = stage();
    tab(hub, 'a');
    tab(hub, 'b');
    streams[0]?.emit('hello', { id: 'one' });
    hub.handle('a', { kind: 'open-log', key: '1', address: ADDRESS });
    hub.handle('a', { kind: 'open-log', key: '2', address: ADDRESS });
    posts[0]?.answer('x');
    await settled();
    hub.leave('a');
    posts[1]?.answer('y');
    await settled();
    expect(dropped).toEqual(['x', 'y']);
  });
});
