import type { ServiceRoom } from '../../wire/room.ts';
import type { ActionTypeSpec } from './model/action-type.ts';

/** This room listens to the events room by itself, and rules reach it there as a target. */
export interface CodePipelineRoom extends ServiceRoom {
  /** What actions are built, for checking pipeline files before they are sent (`parseDefinitionFile`). */
  readonly actionTypes: readonly ActionTypeSpec[];
}
