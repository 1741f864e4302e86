import type { Tx } from '../../kernel/database/port.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { ServiceRoom } from '../../wire/room.ts';

/** A rule matched and names this target. */
export interface TargetInvocation {
  readonly scope: Scope;
  /** Stable over repeated deliveries: event, rule and target. */
  readonly key: string;
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly roleArn: string | undefined;
  /** JSON after `Input`, `InputPath` or `InputTransformer`. */
  readonly payload: string;
  /** The event in EventBridge's shape. */
  readonly event: Readonly<Record<string, unknown>>;
}

export interface EventsRoom extends ServiceRoom {
  /**
   * Every event that begins on a default bus, in the transaction that takes it from the outbox (or, for `PutEvents`, in
   * the request's). Throwing holds the event back until it succeeds. Events passed on from other buses are not told.
   */
  onEvent(receive: (tx: Tx, event: OutboxEvent) => Promise<void>): void;
  /**
   * What a target of this ARN service (`codepipeline`) does; called from a task, repeated when it throws. `problem` says
   * what is wrong with an ARN of that service, when it is put and not only when the first event comes.
   */
  addTarget(
    service: string,
    invoke: (invocation: TargetInvocation) => Promise<void>,
    problem?: (arn: string) => string | undefined,
  ): void;
}
