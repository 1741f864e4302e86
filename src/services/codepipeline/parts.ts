import type { Kernel } from '../../kernel/kernel.ts';
import type { IamRoom } from '../iam/index.ts';
import type { ActionProvider } from './actions/provider.ts';
import type { ActionTypeSpec } from './model/action-type.ts';

/** What the room's operations and tasks work with. */
export interface CodePipelineParts {
  readonly kernel: Kernel;
  readonly iam: IamRoom;
  readonly providers: readonly ActionProvider[];
  /** The providers' plain data. */
  readonly types: readonly ActionTypeSpec[];
}
