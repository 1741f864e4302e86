import type { ServiceRoom } from '../../wire/room.ts';

/** Nothing else of this room is needed by others yet: it listens to the events room and targets register there. */
export type CodePipelineRoom = ServiceRoom;
