import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  type CreateDeploymentCommandInput,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  type CreateDeploymentGroupCommandInput,
  type DeploymentInfo,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  type InstanceTarget,
  type MinimumHealthyHosts,
} from '@aws-sdk/client-codedeploy';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { runAgent } from '../../src/agent/index.ts';
import type { TestClock } from '../../src/kernel/clock-test.ts';
import { serveTestClock } from '../../src/kernel/clock-test.ts';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { createCodeDeployRoom } from '../../src/services/codedeploy/index.ts';
import { createIamRoom } from '../../src/services/iam/index.ts';
import { createS3Room } from '../../src/services/s3/index.ts';
import type { DatabasePlace } from '../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_REGION } from '../../testkit/support/test-context.ts';
import { openTestDoor } from '../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../testkit/support/test-kernel.ts';
import { zipOf } from './zip.ts';

export interface Host {
  readonly name: string;
  readonly root: string;
  readonly stateDir: string;
  /** How the agent ended. */
  readonly stopped: Promise<void>;
  /** Ends the agent and waits. */
  stop(): Promise<void>;
}

export interface World {
  readonly kernel: TestKernel;
  readonly clock: TestClock;
  readonly dir: string;
  readonly codedeploy: CodeDeployClient;
  readonly endpoint: string;
  readonly events: readonly OutboxEvent[];
  /** An agent in this process, over HTTP. */
  host(name: string, tags?: Readonly<Record<string, string>>): Host;
  /** An agent in a process of its own, to be killed. */
  hostProcess(
    name: string,
    tags?: Readonly<Record<string, string>>,
    uid?: number,
  ): Host & { readonly process: ChildProcess };
  group(settings?: Partial<CreateDeploymentGroupCommandInput>): Promise<string>;
  /** A deployment configuration of one's own. */
  config(name: string, minimumHealthyHosts: MinimumHealthyHosts): Promise<void>;
  /** Puts a revision into the bucket. */
  revision(
    files: Readonly<Record<string, string>>,
  ): Promise<NonNullable<CreateDeploymentCommandInput['revision']>>;
  deploy(
    files: Readonly<Record<string, string>>,
    settings?: Partial<CreateDeploymentCommandInput>,
  ): Promise<string>;
  /** Settings of a client that signs as the root of any account. */
  rootOf(account: string): Promise<{
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  }>;
  /** The server's door closes, cuts every line, and opens again at the same address. */
  restartDoor(): Promise<void>;
  /** Writes a file below a host's root. */
  put(host: string, path: string, content: string): void;
  /** Removes a file below a host's root. */
  remove(host: string, path: string): void;
  /** Waits until it has ended. */
  ended(deploymentId: string): Promise<DeploymentInfo>;
  info(deploymentId: string): Promise<DeploymentInfo>;
  target(deploymentId: string, host: string): Promise<InstanceTarget>;
  /** Waits until something is so; looks again whenever the server's state changes, or a file may have come. */
  until(what: () => boolean | Promise<boolean>): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const TAGS = { Name: 'Rpi4' };

export async function openWorld(place?: DatabasePlace): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'd01-'));
  const kernel = place ? await place.openKernel() : await openTestKernel();
  let endpoint = '';
  const atDoor = { ...kernel, endpoint: () => endpoint };
  const iam = createIamRoom(atDoor);
  const s3 = createS3Room(atDoor, { iam });
  const room = createCodeDeployRoom(atDoor, { s3, iam });
  const events: OutboxEvent[] = [];
  kernel.outbox.subscribe(async (_tx, event) => void events.push(event));
  const door = await openTestDoor(kernel, [iam, s3, room], { kernel: atDoor, credentials: iam.credentials });
  endpoint = door.endpoint;
  const clockSocket = join(dir, 'clock.sock');
  const stopClock = await serveTestClock(kernel.clock, clockSocket);
  const credentials = await iam.ensureAccount(TEST_ACCOUNT);
  const client = { endpoint, region: TEST_REGION, credentials, maxAttempts: 1 };
  // Tries again, as any client does, when the door was closed under a connection that it kept.
  const codedeploy = new CodeDeployClient({ ...client, maxAttempts: 3 });
  const objects = new S3Client({ ...client, forcePathStyle: true });
  const role = await makeDeployRole(new IAMClient(client));
  await objects.send(new CreateBucketCommand({ Bucket: 'revisions' }));
  await objects.send(
    new PutBucketVersioningCommand({ Bucket: 'revisions', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await codedeploy.send(new CreateApplicationCommand({ applicationName: 'app' }));
  const stops: (() => Promise<void>)[] = [];
  const places = (name: string) => ({
    name,
    root: join(dir, name, 'root'),
    stateDir: join(dir, name, 'state'),
  });
  const world: World = {
    kernel,
    clock: kernel.clock,
    dir,
    codedeploy,
    endpoint,
    events,
    host(name, tags = TAGS) {
      const stop = new AbortController();
      const host = places(name);
      const running = runAgent({
        endpoint,
        region: TEST_REGION,
        credentials,
        tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        signal: stop.signal,
        logger: createLogger({ level: 'silent' }),
        clock: kernel.clock,
        ...host,
      });
      running.catch(() => {});
      const end = async () => {
        stop.abort();
        await running;
      };
      stops.push(() => end().catch(() => {}));
      return { ...host, stop: end, stopped: running };
    },
    hostProcess(name, tags = TAGS, uid) {
      const host = places(name);
      if (uid !== undefined) {
        chmodSync(dir, 0o711);
        mkdirSync(join(dir, name));
        chownSync(join(dir, name), uid, uid);
      }
      const options = { endpoint, region: TEST_REGION, credentials, tags, ...host };
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'agent-process.ts'), JSON.stringify(options)],
        {
          stdio: ['ignore', 'inherit', 'inherit'],
          env: {
            PATH: process.env['PATH'],
            ...(uid === undefined ? { PIPEWRIGHT_TEST_CLOCK: clockSocket } : {}),
          },
          ...(uid === undefined ? {} : { uid, gid: uid }),
        },
      );
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const stop = async () => {
        child.kill('SIGTERM');
        await exited;
      };
      stops.push(stop);
      return { ...host, process: child, stop, stopped: exited };
    },
    async group(settings = {}) {
      const name = settings.deploymentGroupName ?? 'fleet';
      await codedeploy.send(
        new CreateDeploymentGroupCommand({
          applicationName: 'app',
          serviceRoleArn: role.Role?.Arn as string,
          onPremisesInstanceTagFilters: [{ Key: 'Name', Value: 'Rpi4', Type: 'KEY_AND_VALUE' }],
          ...settings,
          deploymentGroupName: name,
        }),
      );
      return name;
    },
    async config(deploymentConfigName, minimumHealthyHosts) {
      await codedeploy.send(new CreateDeploymentConfigCommand({ deploymentConfigName, minimumHealthyHosts }));
    },
    async revision(files) {
      const Body = await zipOf(files);
      await objects.send(new PutObjectCommand({ Bucket: 'revisions', Key: 'app.zip', Body }));
      return {
        revisionType: 'S3',
        s3Location: { bucket: 'revisions', key: 'app.zip', bundleType: 'zip' },
      };
    },
    async deploy(files, settings = {}) {
      const answer = await codedeploy.send(
        new CreateDeploymentCommand({
          applicationName: 'app',
          deploymentGroupName: 'fleet',
          revision: await world.revision(files),
          ...settings,
        }),
      );
      return answer.deploymentId as string;
    },
    rootOf: async (account) => ({ ...client, credentials: await iam.ensureAccount(account) }),
    async restartDoor() {
      await door.restart();
    },
    put(name, path, content) {
      const file = join(places(name).root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
    remove: (name, path) => rmSync(join(places(name).root, path)),
    async info(deploymentId) {
      const answer = await codedeploy.send(new GetDeploymentCommand({ deploymentId }));
      return answer.deploymentInfo as DeploymentInfo;
    },
    async ended(deploymentId) {
      let info = await world.info(deploymentId);
      await world.until(async () => {
        info = await world.info(deploymentId);
        return ['Succeeded', 'Failed', 'Stopped'].includes(info.status ?? '');
      });
      return info;
    },
    async target(deploymentId, host) {
      const answer = await codedeploy.send(new GetDeploymentTargetCommand({ deploymentId, targetId: host }));
      return answer.deploymentTarget?.instanceTarget as InstanceTarget;
    },
    async until(what) {
      for (;;) {
        const look = AbortSignal.timeout(100);
        const change = kernel.changes.next(() => true, look);
        if (await what()) return;
        await change;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) await stop();
      await stopClock();
      await door.close();
      await kernel[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
  return world;
}

/** Files of a revision: an appspec with hooks given as shell text, and more. */
export function bundle(
  hooks: Readonly<Record<string, string | { readonly script: string; readonly timeout?: number }>>,
  files: Readonly<Record<string, string>> = {},
  appspec = 'files:\n  - {source: /web, destination: /srv/app}\n',
): Record<string, string> {
  const all: Record<string, string> = { 'web/index.html': 'hello', ...files };
  let yaml = `version: 0.0\nos: linux\n${appspec}hooks:\n`;
  for (const [event, hook] of Object.entries(hooks)) {
    const { script, timeout } = typeof hook === 'string' ? { script: hook, timeout: undefined } : hook;
    yaml += `  ${event}:\n    - location: scripts/${event}.sh\n`;
    if (timeout !== undefined) yaml += `      timeout: ${timeout}\n`;
    all[`scripts/${event}.sh`] = `#!/bin/sh\n${script}\n`;
  }
  all['appspec.yml'] = Object.keys(hooks).length === 0 ? yaml.replace('hooks:\n', '') : yaml;
  return all;
}

export function read(host: Host, path: string): string | undefined {
  const file = join(host.root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The message names how long nothing was heard of d1: five minutes at the least, and never longer than it could be. */
export function expectSilence(message: string | undefined, atMostMs: number): void {
  const seconds = Number(/The agent of d1 was not heard of for (\d+) s/.exec(message ?? '')?.[1]);
  expect(seconds, message).toBeGreaterThanOrEqual(300);
  expect(seconds, message).toBeLessThanOrEqual(Math.ceil(atMostMs / 1000));
}

/** The role that deployment groups name. */
export function makeDeployRole(iam: IAMClient) {
  const Principal = { Service: 'codedeploy.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  return iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument }));
}
