/** Hands payloads to the listeners of a channel in this process. A listener that throws does not hinder the others. */
export interface LocalNotifier {
  deliver(channel: string, payload: string): void;
  listen(channel: string, receive: (payload: string) => void): () => void;
}

export function createLocalNotifier(): LocalNotifier {
  const channels = new Map<string, Set<(payload: string) => void>>();
  return {
    deliver(channel, payload) {
      for (const receive of channels.get(channel) ?? []) queueMicrotask(() => receive(payload));
    },
    listen(channel, receive) {
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners);
      listeners.add(receive);
      return () => listeners.delete(receive);
    },
  };
}
