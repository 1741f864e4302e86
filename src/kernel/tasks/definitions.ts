import { Fault } from '../errors.ts';
import { DELIVER_TASK, type Delivery, type Task, type TaskDefinition } from './port.ts';

export const DEFAULT_ATTEMPTS = 5;
export const DEFAULT_CONCURRENCY = 16;

export type AnyDefinition = TaskDefinition<unknown>;

/** What this process can do, with how much of it is being done. */
export class Definitions {
  readonly #byKind = new Map<string, AnyDefinition>();
  readonly #running = new Map<string, number>();

  constructor() {
    this.add({
      kind: DELIVER_TASK,
      concurrency: 64,
      run: async (task: Task<unknown>) => ({ deliver: [task.payload as Delivery] }),
    });
  }

  add(definition: AnyDefinition): void {
    if (this.#byKind.has(definition.kind)) throw new Fault(`task kind ${definition.kind} is defined twice`);
    this.#byKind.set(definition.kind, definition);
  }

  get(kind: string): AnyDefinition | undefined {
    return this.#byKind.get(kind);
  }

  hasPlace(kind: string): boolean {
    const definition = this.#byKind.get(kind);
    return (
      definition !== undefined &&
      (this.#running.get(kind) ?? 0) < (definition.concurrency ?? DEFAULT_CONCURRENCY)
    );
  }

  occupy(kind: string): void {
    this.#running.set(kind, (this.#running.get(kind) ?? 0) + 1);
  }

  leave(kind: string): void {
    this.#running.set(kind, (this.#running.get(kind) ?? 1) - 1);
  }

  /** Kinds of which one more can be done. */
  free(): string[] {
    return [...this.#byKind.keys()].filter((kind) => this.hasPlace(kind));
  }
}

/** 200 ms, doubling up to 30 s. */
export function defaultBackoff(attempt: number): number {
  return Math.min(200 * 2 ** (attempt - 1), 30_000);
}
