import type { HostCommand } from '../../pure/agent-protocol.ts';
import type { HostUser } from './users.ts';

/** What of the agent's own environment hooks see: nothing that could hold a credential. */
const PASSED = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'TERM'] as const;
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Environment of a hook (D1.13). `PIPEWRIGHT_ROOT` is the folder that destinations are placed below, else empty. */
export function hookEnvironment(parts: {
  readonly own: Readonly<Record<string, string | undefined>>;
  readonly extra: Readonly<Record<string, string>>;
  readonly command: HostCommand;
  readonly event: string;
  readonly user: HostUser;
  readonly hostName: string;
  readonly root: string | undefined;
}): Record<string, string> {
  const { command, user } = parts;
  const { bundle } = command;
  const passed = PASSED.flatMap((name) => {
    const value = parts.own[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    PATH: DEFAULT_PATH,
    ...Object.fromEntries(passed),
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    SHELL: '/bin/sh',
    ...parts.extra,
    LIFECYCLE_EVENT: parts.event,
    DEPLOYMENT_ID: command.deploymentId,
    APPLICATION_NAME: command.applicationName,
    DEPLOYMENT_GROUP_NAME: command.deploymentGroupName,
    DEPLOYMENT_GROUP_ID: command.deploymentGroupId,
    BUNDLE_BUCKET: bundle.bucket,
    BUNDLE_KEY: bundle.key,
    BUNDLE_VERSION: bundle.version ?? '',
    BUNDLE_ETAG: bundle.eTag ?? '',
    PIPEWRIGHT_HOST: parts.hostName,
    PIPEWRIGHT_ROOT: parts.root ?? '',
  };
}
