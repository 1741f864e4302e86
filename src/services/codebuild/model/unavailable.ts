import type { StartBuildCommandInput } from '@aws-sdk/client-codebuild';
import type { BuildRequest, ProjectDefinition } from './request.ts';

/*
 * Settings of AWS that are not here. What a build would miss is refused, by the name of its member. What only sizes or
 * places the machine is kept and shown, and where somebody may count on it the log of a build says that it has no effect.
 */

/** What of a project cannot be had, a sentence each. */
export function refuseUnavailable(project: ProjectDefinition): readonly string[] {
  const { environment } = project;
  const sources = [project.source, ...(project.secondarySources ?? [])];
  return [
    ...((project.fileSystemLocations ?? []).length > 0
      ? ['fileSystemLocations: this server cannot mount file systems into builds']
      : []),
    ...(environment?.fleet?.fleetArn ? ['environment.fleet: this server has no fleets'] : []),
    ...(environment?.dockerServer ? ['environment.dockerServer: this server has no Docker servers'] : []),
    ...(project.badgeEnabled ? ['badgeEnabled: this server has no build badges'] : []),
    ...(sources.some((source) => source?.gitSubmodulesConfig?.fetchSubmodules)
      ? ['gitSubmodulesConfig.fetchSubmodules: sources are fetched without their submodules']
      : []),
  ];
}

/** The same for what a start asks for otherwise. */
export function refuseOverrides(start: StartBuildCommandInput): readonly string[] {
  return [
    ...(start.fleetOverride?.fleetArn ? ['fleetOverride: this server has no fleets'] : []),
    ...(start.debugSessionEnabled ? ['debugSessionEnabled: this server has no debug sessions'] : []),
    ...(start.gitSubmodulesConfigOverride?.fetchSubmodules
      ? ['gitSubmodulesConfigOverride.fetchSubmodules: sources are fetched without their submodules']
      : []),
  ];
}

/** Lines for the log about settings that change nothing here. `arch` is this machine's, in Node's words. */
export function effectless(request: BuildRequest, arch: string): readonly string[] {
  const type = request.environment.type ?? '';
  const other = type.startsWith('ARM_') ? arch !== 'arm64' : arch === 'arm64';
  return [
    ...(request.environment.privilegedMode
      ? ['Privileged mode has no effect: the sandbox of this server runs no containers.']
      : []),
    ...(request.vpcConfig?.vpcId
      ? ['The network settings (vpcConfig) have no effect: builds use the network of this machine.']
      : []),
    ...(other ? [`The environment type ${type} has no effect: this machine is ${arch}.`] : []),
  ];
}
