import type { Launch, LaunchContext } from './launch.ts';
import { limited } from './limits.ts';
import type { DriverSettings } from './protocol.ts';
import { MARKER } from './tree.ts';

/** Trusted mode: a process with its own environment, session and process group; as root, of a user without rights. */
export function launchProcess(
  driver: Extract<DriverSettings, { kind: 'process' }>,
  { spec, program, cgroup, marker }: LaunchContext,
): Launch {
  const command = { file: program, argv0: spec.argv[0] as string, args: spec.argv.slice(1) };
  return {
    ...(cgroup ? command : limited(command, spec.limits, driver.runAs?.uid)),
    env: marker === undefined ? spec.env : { ...spec.env, [MARKER]: marker },
    cwd: spec.cwd,
    ...(driver.runAs === undefined ? {} : { user: driver.runAs }),
    wrapped: false,
  };
}
