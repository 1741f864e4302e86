import type { Shape, StructureShape } from './shape.ts';

export { loadServiceModel } from './load.ts';
export { serviceIndex } from './service-index.ts';
export type { Member, Shape, StructureShape } from './shape.ts';

/** How a request's bytes are laid out. Chosen for each request, never for a service. */
export type Protocol = 'json-1.0' | 'json-1.1' | 'query' | 'rest-json' | 'rest-xml' | 'cbor';

export interface OperationModel {
  readonly name: string;
  readonly http: {
    readonly method: string;
    /** `/v1/repositories/{name}?list`, as the model spells it. */
    readonly requestUri: string;
    /** Status of a success, 200 unless the model says otherwise. */
    readonly responseCode: number;
  };
  readonly input: StructureShape | undefined;
  /** Root element of a REST-XML input whose body is the structure itself. */
  readonly inputRoot: { readonly name: string; readonly namespace: string | undefined } | undefined;
  readonly output: StructureShape | undefined;
  /** Query protocol: the element around the output; undefined when there is none. */
  readonly resultWrapper: string | undefined;
  /** Names of the exceptions the model lists for it. */
  readonly errors: readonly string[];
  /** Member that the SDK fills with a client token. */
  readonly idempotencyToken: string | undefined;
  /** Member that is the raw request body as a stream (the codec leaves `RawRequest.stream` there). */
  readonly streamingInput: string | undefined;
  /** Member that is the raw response body as a stream. */
  readonly streamingOutput: string | undefined;
  /** Member of the output that is an event stream: an async iterable of `{ eventName: event }`. */
  readonly eventStreamOutput: string | undefined;
  /** Clients send it without a signature (two operations of STS). */
  readonly unsigned: boolean;
  /** The body is not part of the signature (`UNSIGNED-PAYLOAD` whatever the header says). */
  readonly unsignedPayload: boolean;
  /** Host prefix that clients put before the endpoint, for example `stream-`. */
  readonly hostPrefix: string | undefined;
  /** The IAM action AWS documents for it, for example `s3:ListBucket` for `ListObjectsV2`. */
  readonly documentedIamAction: string;
}

/** One modelled exception. */
export interface ErrorModel {
  /** Shape name, for example `PipelineNotFoundException`. */
  readonly name: string;
  /** HTTP status; 400 where the model is silent (500 for faults). */
  readonly httpStatus: number;
  readonly senderFault: boolean;
  /** Code on the wire where it differs from the name (query, rest-xml, `x-amzn-query-error`); else the name. */
  readonly code: string;
  readonly shape: StructureShape;
}

/** Where a raw REST request goes. Labels are decoded, by member name of the input. */
export interface Route {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ServiceModel extends ServiceIndexEntry {
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly xmlNamespace: string | undefined;
  /** By shape name or by wire code. */
  error(name: string): ErrorModel | undefined;
  /**
   * REST routing on the raw (still percent-encoded) path and query, plus lower-case headers where only they tell twins
   * apart (`x-amz-copy-source`). Undefined when no operation answers there. S3 paths contain the bucket.
   */
  route(
    method: string,
    rawPath: string,
    rawQuery: string,
    headers?: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): Route | undefined;
  /** A shape by its model name; for tests and tools. */
  shape(name: string): Shape | undefined;
}

/** What is known of a service without loading its shapes. */
export interface ServiceIndexEntry {
  /** Model id, the file's name: `codepipeline`, `events`, `elbv2` … */
  readonly id: string;
  /** Service names in a SigV4 credential scope that mean it. */
  readonly signingNames: readonly string[];
  /** What stands before `.Operation` in `X-Amz-Target`, and in `/service/X/operation/Y` of CBOR. */
  readonly targetPrefixes: readonly string[];
  /** `Version=` of the query protocol. */
  readonly apiVersion: string;
  /** All protocols that its clients may use, preferred first. */
  readonly protocols: readonly Protocol[];
  /** Errors carry `x-amzn-query-error` for clients that came from the query protocol. */
  readonly queryCompatible: boolean;
  /** First half of its IAM actions. */
  readonly iamPrefix: string;
}

/** The table of all services, loaded at start. */
export interface ServiceIndex {
  readonly entries: readonly ServiceIndexEntry[];
  byId(id: string): ServiceIndexEntry | undefined;
  bySigningName(name: string): ServiceIndexEntry | undefined;
  /** `target` is the whole header value, `CodePipeline_20150709.ListPipelines`. */
  byTarget(target: string): { readonly entry: ServiceIndexEntry; readonly operation: string } | undefined;
  byQueryVersion(version: string): ServiceIndexEntry | undefined;
}
