import type { Kernel } from '../../../kernel/kernel.ts';
import type { ServiceOperations } from '../../../wire/operation.ts';

/** Every IAM operation that is built. */
export function iamOperations(_kernel: Kernel): ServiceOperations {
  return {};
}
