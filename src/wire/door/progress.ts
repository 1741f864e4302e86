import type { Scope } from '../../kernel/scope.ts';
import type { RawRequest } from '../codecs/port.ts';
import type { ErrorFamily } from '../errors/family.ts';
import type { OperationModel, Protocol, ServiceModel } from '../models/service-model.ts';
import type { Principal } from '../operation.ts';
import type { OpenSignature } from '../sigv4/verify.ts';
import type { BodyPlan } from './body.ts';
import type { BuiltOperation } from './operations.ts';
import type { SdkCall } from './retries.ts';

/** What has been found out about a request so far; what an error answer and the audit row are made of. */
export interface Progress {
  service?: ServiceModel;
  protocol?: Protocol;
  family: ErrorFamily;
  operation?: OperationModel;
  built?: BuiltOperation;
  /** Proven. */
  principal?: Principal;
  scope?: Scope;
  resources?: readonly string[];
  sdkCall?: SdkCall;
  /** What the handler has added to its answer; an error answer carries it too (the ETag of a 304). */
  headers?: Readonly<Record<string, string>>;
}

/** A request whose caller is proven and whose input is still bytes. */
export interface Admitted {
  readonly service: ServiceModel;
  readonly operation: OperationModel;
  readonly raw: RawRequest;
  readonly principal: Principal;
  readonly scope: Scope;
  readonly signature: OpenSignature | undefined;
  readonly plan: BodyPlan;
}
