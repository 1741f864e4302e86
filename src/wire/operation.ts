import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Scope } from '../kernel/scope.ts';
import type { Logger } from '../kernel/telemetry/logger.ts';

/** Who signed the request. */
export interface Principal {
  readonly account: string;
  /** `arn:aws:iam::111111111111:user/x`, `…:root`, or an assumed-role ARN. */
  readonly arn: string;
  /** Unique id (`AIDA…`, `AROA…:session`). */
  readonly userId: string;
  readonly accessKeyId: string;
  readonly kind: 'root' | 'user' | 'assumed-role' | 'host' | 'anonymous';
}

/** What a handler knows about its request. */
export interface RequestContext {
  readonly requestId: string;
  /** The caller's account and the region of the signature. */
  readonly scope: Scope;
  readonly principal: Principal;
  /** Model name of the service and operation. */
  readonly service: string;
  readonly operation: string;
  readonly logger: Logger;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** Domain milliseconds at which the request arrived. */
  readonly now: number;
  /** The raw request, for streaming bodies (git, blobs). Reading it is the handler's affair. */
  readonly request: IncomingMessage;
  /** The decoded streaming body (aws-chunked taken apart, chunk signatures and checksums verified), where the model has one. */
  readonly body: Readable | undefined;
  /** Adds a header to the answer. */
  setHeader(name: string, value: string): void;
  /** Overrides the model's HTTP status (S3: 206, 304 …). */
  setStatus(status: number): void;
}

/**
 * An operation as data. Input and output are the SDK's types for it (`CreatePipelineCommandInput` …), already validated
 * against the model; streaming output members are `Readable`. Modelled errors are thrown as `ApiError`.
 */
export interface Operation<I = never, O = unknown> {
  /** Differs from `<service>:<Operation>` only where AWS's does, for example `s3:ListBucket`. */
  readonly iamAction?: string;
  /** ARNs the permission is asked for; `['*']` when absent. */
  readonly resources?: (input: I, context: RequestContext) => readonly string[];
  /** True when it changes something: it is audited then. */
  readonly mutates: boolean;
  /**
   * True when it acts on something besides the database (git, the file of a log) before its first transaction: the audit
   * row is written before the handler runs then, elsewhere together with the handler's first transaction.
   */
  readonly actsOutside?: boolean;
  readonly handler: (input: I, context: RequestContext) => Promise<O>;
}

/** The operations a room has built, by model name. What is modelled but absent answers "not built". */
export type ServiceOperations = Readonly<Record<string, Operation<never, unknown>>>;

/** Helper that keeps the types of one operation together. */
export function operation<I, O>(definition: Operation<I, O>): Operation<never, unknown> {
  return definition as unknown as Operation<never, unknown>;
}

/** Finds who owns an access key. Implemented by the IAM room. */
export interface CredentialStore {
  /**
   * Undefined for unknown or disabled keys; `sessionToken` must match for temporary ones. `expired` only to those who
   * bring the right token of a session that has ended.
   */
  find(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Promise<SigningCredential | 'expired' | undefined>;
}

export interface SigningCredential {
  readonly secretAccessKey: string;
  readonly principal: Principal;
}
