import type { InstanceTarget, LifecycleEvent as WireEvent } from '@aws-sdk/client-codedeploy';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { TARGET_KIND } from '../model/deployment/state.ts';
import { instanceArn, targetIdOf } from '../model/ids.ts';
import type { LifecycleEvent, Target } from '../model/target/state.ts';
import { findInstance } from '../store/instances.ts';

export function loadTarget(
  kernel: Kernel,
  scope: Scope,
  deploymentId: string,
  host: string,
): Promise<Target | undefined> {
  return kernel.transitions.load<Target>(scope, { kind: TARGET_KIND, id: targetIdOf(deploymentId, host) });
}

export async function instanceTarget(kernel: Kernel, scope: Scope, target: Target): Promise<InstanceTarget> {
  const instance = await findInstance(kernel.database.read, scope, target.host);
  return {
    deploymentId: target.deploymentId,
    targetId: target.host,
    targetArn: instance?.arn ?? instanceArn(scope.region, scope.account, target.host, 'gone'),
    status: target.status,
    lastUpdatedAt: new Date(target.lastUpdatedAt),
    lifecycleEvents: target.events.map(wireEvent),
  };
}

export function wireEvent(event: LifecycleEvent): WireEvent {
  const { name, status, startTime, endTime, diagnostics } = event;
  return {
    lifecycleEventName: name,
    status,
    ...(startTime === undefined ? {} : { startTime: new Date(startTime) }),
    ...(endTime === undefined ? {} : { endTime: new Date(endTime) }),
    ...(diagnostics
      ? {
          diagnostics: {
            errorCode: diagnostics.errorCode,
            scriptName: diagnostics.scriptName ?? '',
            message: diagnostics.message,
            logTail: diagnostics.logTail ?? '',
          },
        }
      : {}),
  };
}
