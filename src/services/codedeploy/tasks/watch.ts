import type { TaskDefinition, TaskRequest } from '../../../kernel/tasks/port.ts';
import type { DeploymentInput } from '../model/deployment/inputs.ts';
import { DEPLOYMENT_KIND } from '../model/deployment/state.ts';
import { targetIdOf, watchKey } from '../model/ids.ts';
import type { CodeDeployParts } from '../parts.ts';
import { findInstance } from '../store/instances.ts';
import { findTarget } from '../store/targets.ts';

export interface WatchPayload {
  readonly deploymentId: string;
  readonly host: string;
  /** When the command began to wait. */
  readonly since: number;
  /** When the agent had been heard of last as it came under suspicion. */
  readonly suspected?: number;
}

/** An agent is lost when it was not heard of for five minutes; the last stretch is a second look. */
const LOST_MS = 5 * 60_000;
const SECOND_LOOK_MS = 20_000;

/**
 * Looks after the agent of a running target. It looks twice, because domain time may have jumped (a laptop that slept,
 * a test clock): an agent that is alive comes back at once then.
 */
export function watchTask({ kernel }: CodeDeployParts): TaskDefinition<WatchPayload> {
  return {
    kind: 'codedeploy.watch',
    async run({ scope, payload }) {
      const { deploymentId, host, since, suspected } = payload;
      const target = await findTarget(kernel.database.read, scope, deploymentId, host);
      if (!target || (target.command !== 'waiting' && target.command !== 'handed')) return undefined;
      const instance = await findInstance(kernel.database.read, scope, host);
      const heard = Math.max(instance?.last_seen ?? 0, since);
      const look = LOST_MS - SECOND_LOOK_MS;
      const now = kernel.clock.now();
      const again = (runAt: number, mark?: number) => ({
        write: (tx: Parameters<typeof kernel.tasks.enqueue>[0]) =>
          kernel.tasks.enqueue(tx, scope, nextWatch(payload, runAt, mark)),
      });
      if (now - heard < look) return again(heard + look);
      if (suspected !== heard) return again(now + SECOND_LOOK_MS, heard);
      const never = instance?.session_at === null || instance === undefined;
      const message = never
        ? `No agent has ever connected for ${host}.`
        : `The agent of ${host} was not heard of for ${Math.round((now - heard) / 1000)} s.`;
      const input: DeploymentInput = { kind: 'relay', host, input: { kind: 'agent-lost', message } };
      return { deliver: [{ to: { kind: DEPLOYMENT_KIND, id: deploymentId }, input }] };
    },
  };
}

function nextWatch(payload: WatchPayload, runAt: number, suspected: number | undefined): TaskRequest {
  const { deploymentId, host, since } = payload;
  return {
    kind: 'codedeploy.watch',
    key: watchKey(targetIdOf(deploymentId, host)),
    runAt,
    payload: { deploymentId, host, since, ...(suspected === undefined ? {} : { suspected }) },
  };
}
