import { hostMay } from './host-rights.ts';
import type { Authorise } from './port.ts';

/**
 * The rule until policies are evaluated: within the caller's own account everything is allowed, every other account is
 * closed. Taking a role on is left to the role's trust policy, which the identity room reads. Agents of hosts may next to
 * nothing.
 */
export const sameAccountOnly: Authorise = async (permission) => {
  const { principal, action, resources } = permission;
  if (principal.kind === 'host') {
    if (hostMay(permission)) return true;
    return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resources.join(', ')} because the agent of a host only takes its own commands`;
  }
  if (action === 'sts:AssumeRole') return true;
  const foreign = resources.find((arn) => {
    const account = arn.split(':')[4];
    return account !== undefined && /^\d{12}$/.test(account) && account !== principal.account;
  });
  if (foreign === undefined) return true;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${foreign} because no resource-based policy allows the ${action} action`;
};
