import type { Readable } from 'node:stream';
import type { OperationModel, Protocol, ServiceModel } from '../models/service-model.ts';

export { codecFor } from './codec-for.ts';

/** A request as it came, before anything was interpreted. */
export interface RawRequest {
  readonly method: string;
  /** Request target as on the request line. */
  readonly rawTarget: string;
  /** Still percent-encoded. For S3 it starts with the bucket, also when the bucket came from the Host. */
  readonly rawPath: string;
  /** Without `?`, still percent-encoded. */
  readonly rawQuery: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The whole body where it was buffered (bounded by the door). */
  readonly body: Uint8Array | undefined;
  /** The decoded body where the operation has a streaming input. */
  readonly stream: Readable | undefined;
}

export interface EncodedResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string | Readable;
}

/** What an error answer says. */
export interface WireError {
  /** Shape name or wire code. */
  readonly code: string;
  readonly message: string;
  /** The model's own status wins where the service models the error. */
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly senderFault: boolean;
}

/**
 * One wire protocol. Stateless. Decoding ignores unknown members, refuses wrong types with `SerializationException`
 * (ApiError 400, naming the path), and never validates constraints.
 */
export interface Codec {
  /** The operation that the request names, with its labels when REST. Undefined when it names none. */
  operationName(service: ServiceModel, raw: RawRequest): string | undefined;
  /** The input as the SDK's types: `Date`, `Uint8Array`, numbers; a `Readable` for a streaming member. */
  decode(service: ServiceModel, operation: OperationModel, raw: RawRequest): Promise<Record<string, unknown>>;
  encode(
    service: ServiceModel,
    operation: OperationModel,
    output: unknown,
    requestId: string,
  ): EncodedResponse;
  encodeError(
    service: ServiceModel,
    operation: OperationModel | undefined,
    error: WireError,
    requestId: string,
  ): EncodedResponse;
}

export type { Protocol };
