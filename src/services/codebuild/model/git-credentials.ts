/**
 * `env.git-credential-helper: yes`: git inside the build gets its password for CodeCommit from the aws CLI, with the
 * credentials of the service role. Told by variables, so that no file of anybody is written. The CLI looks at host names
 * unless told not to, and would complain about what it has nothing to do for (`store`, `erase`).
 */
export const GIT_CREDENTIAL_HELPER: Readonly<Record<string, string>> = {
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'credential.helper',
  GIT_CONFIG_VALUE_0:
    '!f() { test "$1" != get || aws codecommit credential-helper --ignore-host-check get; }; f',
  GIT_CONFIG_KEY_1: 'credential.UseHttpPath',
  GIT_CONFIG_VALUE_1: 'true',
};
