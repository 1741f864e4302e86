import type { ServiceOperations } from '../../../wire/operation.ts';
import type { CodeDeployParts } from '../parts.ts';
import { applicationOperations } from './applications.ts';
import { configOperations } from './configs.ts';
import { deploymentInstanceOperations } from './deployment-instances.ts';
import { deploymentOperations } from './deployments.ts';
import { groupOperations } from './groups.ts';
import { hostIdentityOperations } from './host-identity.ts';
import { hostOperations } from './hosts.ts';
import { instanceOperations } from './instances.ts';
import { revisionOperations } from './revisions.ts';
import { tagOperations } from './tags.ts';
import { targetOperations } from './targets.ts';

export function codeDeployOperations(parts: CodeDeployParts): Readonly<Record<string, ServiceOperations>> {
  return {
    codedeploy: {
      ...applicationOperations(parts),
      ...groupOperations(parts),
      ...configOperations(parts),
      ...revisionOperations(parts),
      ...instanceOperations(parts),
      ...deploymentOperations(parts),
      ...targetOperations(parts),
      ...deploymentInstanceOperations(parts),
      ...tagOperations(parts),
    },
    pipewright: { ...hostOperations(parts), ...hostIdentityOperations(parts) },
  };
}
