import type { Permission } from './port.ts';

const ACTIONS: readonly string[] = [
  'pipewright:RegisterHost',
  'pipewright:PollHostCommand',
  'pipewright:ReportHostCommand',
];

/**
 * All that the credential of a host's agent is good for: to take its own commands and report its own events (D1.3).
 * What it is to download stands in a command as a signed address.
 */
export function hostMay({ principal, action, resources }: Permission): boolean {
  const own = `:${principal.account}:instance/${principal.arn.split('/').at(-1)}`;
  return (
    ACTIONS.includes(action) &&
    resources.every((arn) => arn.startsWith('arn:aws:codedeploy:') && arn.endsWith(own))
  );
}
