import type { ServiceRoom } from '../../wire/room.ts';

/** Nothing else of this room is needed by others: it listens to the events room, and rules reach it there as a target. */
export type CodePipelineRoom = ServiceRoom;
