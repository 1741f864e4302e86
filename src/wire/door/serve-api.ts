import { ApiError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { codecFor, type EncodedResponse } from '../codecs/port.ts';
import { encodeBareError } from '../errors/bare-error.ts';
import { internalFailure } from '../errors/common-errors.ts';
import { toApiError, toWireError } from '../errors/to-api-error.ts';
import { type AdmitParts, admit } from './admit.ts';
import { writeAudit } from './audit.ts';
import type { Exchange } from './exchange.ts';
import { type PerformParts, perform } from './perform.ts';
import type { Admitted, Progress } from './progress.ts';
import { respond } from './respond.ts';
import type { Retries } from './retries.ts';

export interface ApiParts extends AdmitParts, PerformParts {
  readonly kernel: Pick<Kernel, 'accompany' | 'database' | 'failpoints'>;
  readonly retries: Retries;
}

/** Answers one request of the AWS API. Never rejects. */
export async function serveApi(parts: ApiParts, exchange: Exchange): Promise<void> {
  const progress: Progress = {
    family: exchange.request.headers['x-amz-target'] === undefined ? 's3' : 'json',
  };
  const answer = await work(parts, exchange, progress).catch(
    (error: unknown) => answerError(exchange, progress, error).answer,
  );
  exchange.logger.debug(
    { service: progress.service?.id, operation: progress.operation?.name, status: answer.status },
    'answered',
  );
  await respond(exchange, { ...answer, s3: progress.service?.id === 's3' });
}

async function work(parts: ApiParts, exchange: Exchange, progress: Progress): Promise<EncodedResponse> {
  const admitted = await admit(parts, exchange, progress);
  const built = parts.built.find(admitted.service.id, admitted.operation.name);
  if (built?.mutates !== true) return read(parts, exchange, admitted, progress);

  const call = progress.sdkCall;
  const earlier = call === undefined ? undefined : await parts.retries.earlier(call);
  if (earlier !== undefined) {
    exchange.logger.info({ attempt: call?.attempt }, 'a repeated request got the answer of the first');
    return earlier;
  }
  const finish = call === undefined ? () => {} : parts.retries.begin(call);
  let answer: EncodedResponse | undefined;
  let outcome = 'ok';
  try {
    answer = await perform(parts, exchange, admitted, progress);
    return answer;
  } catch (error) {
    const failed = answerError(exchange, progress, error);
    outcome = failed.code;
    return failed.answer;
  } finally {
    await record(parts, exchange, progress, outcome, answer);
    finish(answer);
  }
}

/** What only reads leaves no row, unless somebody tried to read what is not theirs. */
async function read(
  parts: ApiParts,
  exchange: Exchange,
  admitted: Admitted,
  progress: Progress,
): Promise<EncodedResponse> {
  try {
    return await perform(parts, exchange, admitted, progress);
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith('AccessDenied'))
      await record(parts, exchange, progress, error.code, undefined);
    throw error;
  }
}

/** Writes how an operation ended and, for a success, the answer that repeated attempts get. */
async function record(
  parts: ApiParts,
  exchange: Exchange,
  progress: Progress,
  outcome: string,
  answer: EncodedResponse | undefined,
): Promise<void> {
  const { scope, principal, service, operation, sdkCall } = progress;
  if (scope === undefined || principal === undefined || service === undefined || operation === undefined)
    return;
  try {
    await parts.kernel.database.transaction(async (tx) => {
      await writeAudit(tx, exchange, { ...progress, scope, principal, service, operation }, outcome);
      if (sdkCall !== undefined && answer !== undefined && isPlain(answer))
        await parts.retries.keep(tx, sdkCall, answer);
    });
  } catch (error) {
    // The operation has happened; to answer an error now would make its caller do it again.
    exchange.logger.error({ error, operation: operation.name }, 'the audit row could not be written');
  }
}

function isPlain({ body }: EncodedResponse): boolean {
  return typeof body === 'string' || body instanceof Uint8Array;
}

/** The answer to whatever was thrown. A fault of ours is logged with its stack and shown with its id only. */
function answerError(
  exchange: Exchange,
  progress: Progress,
  error: unknown,
): { readonly code: string; readonly answer: EncodedResponse } {
  const { family, service, operation, protocol } = progress;
  const known = toApiError(error, { family, service, operation });
  if (known === undefined && !exchange.signal.aborted)
    exchange.logger.error(
      { error, service: service?.id, operation: operation?.name },
      'a request failed by a fault of ours',
    );
  const shown = known ?? internalFailure(family, exchange.requestId, error);
  const code = known === undefined && exchange.signal.aborted ? 'ClientGone' : shown.code;
  if (service === undefined || protocol === undefined)
    return { code, answer: encodeBareError(shown, family === 'json', exchange.requestId) };
  const answer = codecFor(protocol).encodeError(
    service,
    operation,
    toWireError(shown, service),
    exchange.requestId,
  );
  return { code, answer: { ...answer, headers: { ...answer.headers, ...progress.headers } } };
}
