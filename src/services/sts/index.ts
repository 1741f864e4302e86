import type { Kernel } from '../../kernel/kernel.ts';
import type { ServiceRoom } from '../../wire/room.ts';
import type { IamRoom } from '../iam/index.ts';
import { stsOperations } from './operations/index.ts';

export interface StsDeps {
  readonly iam: IamRoom;
}

/** The room that hands out temporary credentials. Its rows are IAM's. */
export function createStsRoom(_kernel: Kernel, deps: StsDeps): ServiceRoom {
  return { name: 'sts', migrations: [], aggregates: [], tasks: [], operations: { sts: stsOperations(deps) } };
}
