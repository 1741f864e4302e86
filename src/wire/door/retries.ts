import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { EncodedResponse } from '../codecs/port.ts';
import { sha256Hex } from '../sigv4/signing-key.ts';
import type { OpenSignature } from '../sigv4/verify.ts';
import type { Headers } from './body.ts';

/** A call that an SDK makes, the same for all its attempts. */
export interface SdkCall {
  readonly scope: Scope;
  readonly id: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Remembers what mutating calls were answered, so that an SDK that tries again does not act twice. */
export interface Retries {
  /** The answer that an earlier attempt got or is about to get; undefined when this one has to act. */
  earlier(call: SdkCall): Promise<EncodedResponse | undefined>;
  /** Tells other attempts of this process to wait. The returned function ends that. */
  begin(call: SdkCall): (answer: EncodedResponse | undefined) => void;
  /** Keeps the answer, inside the caller's transaction. */
  keep(tx: Tx, call: SdkCall, answer: EncodedResponse): Promise<void>;
}

/** How long an answer is kept, in real time: SDKs give up long before. */
export const ANSWERS_KEPT_MS = 5 * 60_000;
const MAX_ANSWER_BYTES = 256 * 1024;

interface StoredAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** Base64. */
  readonly body: string;
}

/**
 * Reads the call out of the SDK's headers. They count only where the signature covers them; the id binds key, operation
 * and body as well, so that nobody gets another's answer.
 */
export function sdkCall(
  headers: Headers,
  signature: OpenSignature,
  operation: string,
  bodySha256: string,
  scope: Scope,
): SdkCall | undefined {
  const invocation = headers['amz-sdk-invocation-id'];
  const attempt = /(?:^|;)\s*attempt=(\d{1,3})/.exec(String(headers['amz-sdk-request'] ?? ''))?.[1];
  const { claim } = signature;
  if (typeof invocation !== 'string' || !/^[\w-]{8,64}$/.test(invocation) || attempt === undefined)
    return undefined;
  if (!claim.signedHeaders.includes('amz-sdk-invocation-id')) return undefined;
  const id = sha256Hex([claim.accessKeyId, invocation, operation, bodySha256].join('\n'));
  return { scope, id, attempt: Number(attempt) };
}

export function createRetries(
  kernel: Pick<Kernel, 'database' | 'secrets' | 'clock'>,
  { maxKept = 10_000, sweepEvery = 256 } = {},
): Retries {
  const running = new Map<string, Promise<EncodedResponse | undefined>>();
  let kept = 0;

  return {
    async earlier(call) {
      const answer = await running.get(name(call));
      if (answer !== undefined || call.attempt === 1) return answer;
      const [row] = await kernel.database.read.query<{ answer: string }>(
        'select answer from answered_requests where account = ? and region = ? and id = ? and at >= ?',
        [call.scope.account, call.scope.region, call.id, kernel.clock.wall() - ANSWERS_KEPT_MS],
      );
      if (row === undefined) return undefined;
      const stored = JSON.parse(kernel.secrets.open(call.scope.account, call.id, row.answer)) as StoredAnswer;
      return { ...stored, body: Buffer.from(stored.body, 'base64') };
    },
    begin(call) {
      const key = name(call);
      const { promise, resolve } = Promise.withResolvers<EncodedResponse | undefined>();
      running.set(key, promise);
      return (answer) => {
        running.delete(key);
        resolve(answer);
      };
    },
    async keep(tx, call, answer) {
      const body = answer.body as Uint8Array | string;
      if (body.length > MAX_ANSWER_BYTES) return;
      const stored: StoredAnswer = {
        status: answer.status,
        headers: answer.headers,
        body: Buffer.from(body as string).toString('base64'),
      };
      // Answers hold what users may not leave lying about (new keys, session tokens): sealed like any secret.
      const sealed = kernel.secrets.seal(call.scope.account, call.id, JSON.stringify(stored));
      const now = kernel.clock.wall();
      await tx.execute(
        `insert into answered_requests (account, region, id, at, answer) values (?, ?, ?, ?, ?)
         on conflict (account, region, id) do update set at = excluded.at, answer = excluded.answer`,
        [call.scope.account, call.scope.region, call.id, now, sealed],
      );
      if (kept++ % sweepEvery === 0) await sweep(tx, now, maxKept);
    },
  };
}

function name({ scope, id }: SdkCall): string {
  return `${scope.account}/${scope.region}/${id}`;
}

async function sweep(tx: Tx, now: number, maxKept: number): Promise<void> {
  await tx.execute('delete from answered_requests where at < ?', [now - ANSWERS_KEPT_MS]);
  await tx.execute(
    `delete from answered_requests where at <
       (select at from answered_requests order by at desc limit 1 offset ?)`,
    [maxKept],
  );
}
