import { type ReactNode, useSyncExternalStore } from 'react';

export interface Flash {
  readonly id: string;
  readonly type: 'success' | 'error' | 'info' | 'warning';
  readonly header: string;
  readonly content?: ReactNode;
}

/** Good news goes by itself; bad news stays until someone closes it. */
const SUCCESS_MS = 8_000;

let flashes: readonly Flash[] = [];
let nextId = 0;
const listeners = new Set<() => void>();

export function flash(message: Omit<Flash, 'id'>): void {
  const id = String(nextId++);
  change([...flashes.slice(-4), { ...message, id }]);
  if (message.type === 'success') setTimeout(() => dismissFlash(id), SUCCESS_MS);
}

export function dismissFlash(id: string): void {
  change(flashes.filter((each) => each.id !== id));
}

export function useFlashes(): readonly Flash[] {
  return useSyncExternalStore(subscribe, () => flashes);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: readonly Flash[]): void {
  flashes = next;
  for (const listener of listeners) listener();
}
