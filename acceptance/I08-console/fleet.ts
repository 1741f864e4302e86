import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  GetDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ZipFile } from 'yazl';
import { runAgent } from '../../src/agent/index.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { ARTIFACTS, type PipelineLab } from '../../testkit/codepipeline/pipeline-lab.ts';

const APPLICATION = 'shop';
const GROUP = 'web';
const ENDED: readonly unknown[] = ['Succeeded', 'Failed', 'Stopped'];

/** Hosts with real agents beside a pipeline lab, an application and a group that rolls back by itself. */
export async function openFleet(lab: PipelineLab, hosts: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-fleet-'));
  const client = new CodeDeployClient(lab.server.clientConfig);
  const over = new AbortController();
  const agents = hosts.map((name) =>
    runAgent({
      endpoint: lab.server.endpoint,
      region: lab.server.clientConfig.region,
      credentials: lab.server.clientConfig.credentials,
      name,
      root: join(folder, name, 'root'),
      stateDir: join(folder, name, 'state'),
      tags: [{ Key: 'role', Value: 'web' }],
      signal: over.signal,
      logger: createLogger({ level: 'silent' }),
      clock: lab.server.clock,
    }),
  );
  const info = async (deploymentId: string) =>
    (await client.send(new GetDeploymentCommand({ deploymentId }))).deploymentInfo;
  await client.send(new CreateApplicationCommand({ applicationName: APPLICATION }));
  await client.send(
    new CreateDeploymentGroupCommand({
      applicationName: APPLICATION,
      deploymentGroupName: GROUP,
      serviceRoleArn: await lab.roleFor('deploy', 'codedeploy.amazonaws.com'),
      deploymentConfigName: 'CodeDeployDefault.OneAtATime',
      onPremisesInstanceTagFilters: [{ Key: 'role', Value: 'web', Type: 'KEY_AND_VALUE' }],
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    }),
  );
  return {
    client,
    /** Deploys a revision whose ValidateService hook is this script; answers the deployment's id. */
    async deploy(script: string): Promise<string> {
      const key = `revision-${Date.now()}-${Math.random()}.zip`;
      await lab.s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key: key, Body: await revision(script) }));
      const { deploymentId } = await client.send(
        new CreateDeploymentCommand({
          applicationName: APPLICATION,
          deploymentGroupName: GROUP,
          revision: { revisionType: 'S3', s3Location: { bucket: ARTIFACTS, key, bundleType: 'zip' } },
        }),
      );
      return deploymentId as string;
    },
    info,
    ended: (deploymentId: string) =>
      lab.until(async () => {
        const found = await info(deploymentId);
        return ENDED.includes(found?.status) && found;
      }),
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.allSettled(agents);
      client.destroy();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

export type Fleet = Awaited<ReturnType<typeof openFleet>>;

async function revision(script: string): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (path: string, text: string) => zip.addBuffer(Buffer.from(text), path, { mode: 0o755 });
  add('index.html', 'hello');
  add('scripts/start.sh', '#!/bin/sh\necho started\n');
  add('scripts/check.sh', `#!/bin/sh\n${script}\n`);
  add(
    'appspec.yml',
    `version: 0.0
os: linux
files:
  - {source: /index.html, destination: /srv/shop}
hooks:
  ApplicationStart:
    - location: scripts/start.sh
  ValidateService:
    - location: scripts/check.sh
`,
  );
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
