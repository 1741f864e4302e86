import type { Scope } from '../../kernel/scope.ts';
import type { ServiceRoom } from '../../wire/room.ts';

export interface LogsRoom extends ServiceRoom {
  /** Creates group and stream when they are missing; answers the id of the kernel's log stream behind it. */
  openStream(scope: Scope, group: string, stream: string): Promise<string>;
  /** The id of the kernel's log stream, undefined when there is none. */
  findStream(scope: Scope, group: string, stream: string): Promise<string | undefined>;
}
