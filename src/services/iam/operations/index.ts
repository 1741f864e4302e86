import type { Kernel } from '../../../kernel/kernel.ts';
import type { ServiceOperations } from '../../../wire/operation.ts';
import { accessKeyOperations } from './access-keys.ts';
import { attachmentOperations } from './attachments.ts';
import { gitCredentialOperations } from './git-credentials.ts';
import { inlinePolicyOperations } from './inline-policies.ts';
import { policyOperations } from './policies.ts';
import { policyVersionOperations } from './policy-versions.ts';
import { roleOperations } from './roles.ts';
import { tagOperations } from './tags.ts';
import { userOperations } from './users.ts';

/** Every IAM operation that is built. */
export function iamOperations(kernel: Kernel): ServiceOperations {
  return {
    ...userOperations(kernel),
    ...accessKeyOperations(kernel),
    ...roleOperations(kernel),
    ...inlinePolicyOperations(kernel),
    ...policyOperations(kernel),
    ...policyVersionOperations(kernel),
    ...attachmentOperations(kernel),
    ...tagOperations(kernel),
    ...gitCredentialOperations(kernel),
  };
}
