/** Bounds of what a client may send. */
export interface GitLimits {
  /** Bytes of one push's pack. */
  readonly pushBytes: number;
}

export const DEFAULT_GIT_LIMITS: GitLimits = { pushBytes: 2 * 1024 ** 3 };

/**
 * The whole environment of a git process of ours: nothing of the machine's or a user's configuration counts, no hook
 * of a repository runs, and everything is on disk before git says so. Passed as command-scope configuration, so that
 * it wins over the repository's own file.
 */
export function gitEnvironment(dir: string, limits: GitLimits): Record<string, string> {
  const config: readonly (readonly [string, string])[] = [
    ['safe.directory', dir],
    ['core.hooksPath', '/dev/null'],
    ['core.fsync', 'all'],
    ['core.fsyncMethod', 'batch'],
    // Keeps who moved a ref, also when this process dies before it could announce the move.
    ['core.logAllRefUpdates', 'always'],
    ['gc.autoDetach', 'false'],
    ['receive.autogc', 'false'],
    ['receive.fsckObjects', 'true'],
    ['receive.maxInputSize', String(limits.pushBytes)],
    ['receive.advertisePushOptions', 'false'],
    // What git does by itself, too, but then it tells the user of settings that nobody can reach.
    ['receive.denyDeleteCurrent', 'refuse'],
    // Only branches and tags can be pushed (A1.3).
    ['receive.hideRefs', 'refs/'],
    ['receive.hideRefs', '!refs/heads/'],
    ['receive.hideRefs', '!refs/tags/'],
    ['uploadpack.allowFilter', 'true'],
    ['http.receivepack', 'true'],
    ['http.getanyfile', 'false'],
  ];
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_CONFIG_COUNT: String(config.length),
  };
  for (const [n, [key, value]] of config.entries()) {
    env[`GIT_CONFIG_KEY_${n}`] = key;
    env[`GIT_CONFIG_VALUE_${n}`] = value;
  }
  return env;
}
