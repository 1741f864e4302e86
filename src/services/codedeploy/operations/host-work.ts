import { Fault } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type {
  HostCommand,
  PollHostCommandInput,
  PollHostCommandOutput,
} from '../../../pure/agent-protocol.ts';
import { IN_PLACE_EVENTS } from '../../../pure/appspec/index.ts';
import { DEPLOYMENT_KIND, type Deployment } from '../model/deployment/state.ts';
import { targetIdOf } from '../model/ids.ts';
import type { CodeDeployParts } from '../parts.ts';
import { findTarget, nextCommand, type TargetRow } from '../store/targets.ts';

/** How long a bundle may be downloaded with the address in a command; a later poll brings a fresh one. */
const DOWNLOAD_SECONDS = 3600;

/** What a poll answers now; undefined when there is nothing to say. */
export async function lookForWork(
  parts: CodeDeployParts,
  scope: Scope,
  input: PollHostCommandInput,
  origin: string,
): Promise<PollHostCommandOutput | undefined> {
  const { read } = parts.kernel.database;
  if (input.runningCommandId !== undefined) {
    const [deploymentId = ''] = input.runningCommandId.split('/');
    const target = await findTarget(read, scope, deploymentId, input.name);
    if (target?.command === 'handed' && target.stop_reason === null) return undefined;
    const reason = target?.stop_reason ?? 'the server has ended this command';
    return { stop: { commandId: input.runningCommandId, reason } };
  }
  const next = await nextCommand(read, scope, input.name);
  if (!next) return undefined;
  return { command: await hand(parts, scope, next, input.epoch, origin) };
}

/** The same command goes out again until its end is reported: an answer may have been lost. */
async function hand(
  { kernel, s3 }: CodeDeployParts,
  scope: Scope,
  target: TargetRow,
  epoch: number,
  origin: string,
): Promise<HostCommand> {
  const ref = { kind: DEPLOYMENT_KIND, id: target.deployment_id };
  const claim = { kind: 'relay', host: target.host, input: { kind: 'claim', epoch } };
  await kernel.transitions.run(scope, ref, claim);
  const deployment = await kernel.transitions.load<Deployment>(scope, ref);
  if (!deployment?.bundle) throw new Fault(`deployment ${ref.id} has hosts under way and no bundle`);
  const { bucket, key, bundleType, version, eTag } = deployment.revision;
  const address = { bucket, key, ...(version === undefined ? {} : { versionId: version }) };
  return {
    commandId: targetIdOf(target.deployment_id, target.host),
    deploymentId: deployment.id,
    deploymentCreator: deployment.creator,
    ...deployment.group,
    fileExistsBehavior: deployment.fileExistsBehavior,
    ignoreApplicationStopFailures: deployment.ignoreApplicationStopFailures,
    lifecycleEvents: [...IN_PLACE_EVENTS],
    bundle: {
      url: await s3.presignGet(scope.account, address, DOWNLOAD_SECONDS, origin),
      bundleType,
      bucket,
      key,
      ...(version === undefined ? {} : { version }),
      ...(eTag === undefined ? {} : { eTag }),
      ...deployment.bundle,
    },
    lastSequence: target.last_sequence,
  };
}
