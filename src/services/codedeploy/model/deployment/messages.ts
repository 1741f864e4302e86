import type { Message } from '../../../../kernel/transitions/port.ts';
import { targetIdOf } from '../ids.ts';
import type { TargetInput } from '../target/inputs.ts';
import { TARGET_KIND } from './state.ts';

export function toTarget(state: { readonly id: string }, host: string, input: TargetInput): Message {
  return { to: { kind: TARGET_KIND, id: targetIdOf(state.id, host) }, input };
}

export function timeOutKey(deploymentId: string): string {
  return `codedeploy.time-out:${deploymentId}`;
}
