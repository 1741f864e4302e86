import type { AggregateRef } from './port.ts';

/**
 * Whom to tell when long work of one room, asked for by another, has ended. The asking aggregate gets a
 * {@link ReplyInput} with the same token and ignores tokens that are no longer outstanding.
 */
export interface ReplyTo {
  readonly to: AggregateRef;
  readonly token: string;
}

export interface ReplyInput {
  readonly kind: 'reply';
  readonly token: string;
  readonly outcome: 'succeeded' | 'failed' | 'stopped';
  /** Id of the work in its own room: a build id, a deployment id. */
  readonly externalId: string;
  /** One sentence for people: why it failed, or what was done. */
  readonly summary: string;
  /** AWS error code such as `JobFailed`, on failure. */
  readonly errorCode?: string;
  /** Output variables. */
  readonly outputs?: Readonly<Record<string, string>>;
}
