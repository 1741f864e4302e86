import type { Room } from '../kernel/room.ts';
import type { ServiceOperations } from './operation.ts';

/** A room together with the operations it answers, by model id (`codebuild`, `logs` …: a file in `wire/models/`). */
export interface ServiceRoom extends Room {
  readonly operations: Readonly<Record<string, ServiceOperations>>;
}
