import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Kernel } from '../../kernel/kernel.ts';
import type { CredentialStore, Principal } from '../operation.ts';
import type { ServiceRoom } from '../room.ts';

/** A path that is not AWS's: byte streams, sign-in, git. */
export interface NativeRoute {
  /** Compared with the raw path: `/v1/repos/` takes what is below, `/_pipewright` itself and what is below. */
  readonly prefix: string;
  /** False hands the request on to the AWS services, untouched. */
  serve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<boolean>;
}

/** What is asked before an operation runs. */
export interface Permission {
  readonly principal: Principal;
  /** `codepipeline:CreatePipeline`. */
  readonly action: string;
  readonly resources: readonly string[];
}

/** Whether it may be done; a text says why not. */
export type Authorise = (permission: Permission) => Promise<true | string>;

export interface DoorOptions {
  readonly kernel: Pick<
    Kernel,
    'accompany' | 'clock' | 'database' | 'endpoint' | 'failpoints' | 'logger' | 'secrets'
  >;
  readonly rooms: readonly ServiceRoom[];
  readonly credentials: CredentialStore;
  /** Host names that requests may name besides loopback, `*.localhost` and the endpoint's own. */
  readonly allowedHosts: readonly string[];
  readonly native: readonly NativeRoute[];
  /** Region of the few operations that clients do not sign. Default `us-east-1`. */
  readonly region?: string;
  /** Milliseconds that a body may take besides what its length allows it. Default 30 s. */
  readonly bodyGraceMs?: number;
  /** Until IAM decides: the own account may everything, every other nothing. */
  readonly authorise?: Authorise;
}
