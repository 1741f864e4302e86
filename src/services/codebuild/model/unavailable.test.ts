import { expect, test } from 'vitest';
import type { BuildRequest, ProjectDefinition } from './request.ts';
import { effectless, refuseOverrides, refuseUnavailable } from './unavailable.ts';

const project = (more: object) => refuseUnavailable({ source: {}, ...more } as ProjectDefinition);

test('what a build would miss is refused by name, all of it at once', () => {
  expect(
    project({
      fileSystemLocations: [{ type: 'EFS', mountPoint: '/efs' }],
      environment: { fleet: { fleetArn: 'arn:f' }, dockerServer: { computeType: 'BUILD_GENERAL1_SMALL' } },
      badgeEnabled: true,
      secondarySources: [{ gitSubmodulesConfig: { fetchSubmodules: true } }],
    }).map((problem) => problem.split(':')[0]),
  ).toEqual([
    'fileSystemLocations',
    'environment.fleet',
    'environment.dockerServer',
    'badgeEnabled',
    'gitSubmodulesConfig.fetchSubmodules',
  ]);
  expect(
    refuseOverrides({
      projectName: 'p',
      fleetOverride: { fleetArn: 'arn:f' },
      debugSessionEnabled: true,
      gitSubmodulesConfigOverride: { fetchSubmodules: true },
    }).map((problem) => problem.split(':')[0]),
  ).toEqual(['fleetOverride', 'debugSessionEnabled', 'gitSubmodulesConfigOverride.fetchSubmodules']);
});

test('what tools write down without asking for anything is fine', () => {
  const quiet = {
    fileSystemLocations: [],
    badgeEnabled: false,
    environment: { fleet: {}, privilegedMode: false },
    source: { gitSubmodulesConfig: { fetchSubmodules: false } },
    vpcConfig: { vpcId: 'vpc-1' },
  };
  expect(project(quiet)).toEqual([]);
  expect(refuseOverrides({ projectName: 'p', debugSessionEnabled: false })).toEqual([]);
});

test('the log says what changes nothing', () => {
  const request = (more: object) => more as BuildRequest;
  expect(effectless(request({ environment: { type: 'LINUX_CONTAINER' } }), 'x64')).toEqual([]);
  expect(effectless(request({ environment: { type: 'ARM_CONTAINER' } }), 'arm64')).toEqual([]);
  expect(
    effectless(
      request({
        environment: { type: 'ARM_CONTAINER', privilegedMode: true },
        vpcConfig: { vpcId: 'vpc-1' },
      }),
      'x64',
    ),
  ).toEqual([
    'Privileged mode has no effect: the sandbox of this server runs no containers.',
    'The network settings (vpcConfig) have no effect: builds use the network of this machine.',
    'The environment type ARM_CONTAINER has no effect: this machine is x64.',
  ]);
});
