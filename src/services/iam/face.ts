import type { Tx } from '../../kernel/database/port.ts';
import type { CredentialStore, Principal } from '../../wire/operation.ts';
import type { ServiceRoom } from '../../wire/room.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TemporaryCredentials extends AccessKey {
  readonly sessionToken: string;
  /** Wall milliseconds. */
  readonly expiration: number;
}

/** A role taken on by a service of ours (`codebuild.amazonaws.com`) for its work. */
export interface ServiceRoleRequest {
  readonly roleArn: string;
  readonly service: string;
  /** ARN of what the service works on, for trust policies that ask for `aws:SourceArn` or `aws:SourceAccount`. */
  readonly sourceArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

/** What `sts:AssumeRole` asks for. */
export interface AssumeRoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId?: string;
  /** A session policy, already known to be well formed or refused as malformed. */
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  readonly sourceIdentity?: string;
}

export interface AssumedRole {
  readonly credentials: TemporaryCredentials;
  /** `AROA…:session`. */
  readonly assumedRoleId: string;
  readonly arn: string;
}

/** What a session may be narrowed and told apart by; kept with it. */
export interface SessionDetails {
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly tags?: readonly { readonly key: string; readonly value: string }[] | undefined;
  readonly sourceIdentity?: string | undefined;
}

/** Somebody who has signed, with all that whatever they hand on is bound by. */
export interface Standing {
  readonly principal: Principal;
  /** Of the session they signed with. */
  readonly details: SessionDetails;
  /** Wall milliseconds at which that session ends; lasting keys have no end. */
  readonly until?: number;
}

/** Identity: accounts, users, roles, keys, sessions (IAM and STS share their rows). */
export interface IamRoom extends ServiceRoom {
  /** What the wire asks to verify a signature. */
  readonly credentials: CredentialStore;
  /** Makes the account and its root access key when they are missing; the same key at every later call. */
  ensureAccount(account: string): Promise<AccessKey>;
  /** Refuses (`ApiError` `AccessDenied`) when the role is missing or its trust policy does not name the service. */
  assumeServiceRole(request: ServiceRoleRequest): Promise<TemporaryCredentials>;
  /** Refuses (`AccessDenied`, `ValidationError`, `MalformedPolicyDocumentException`) as STS does. */
  assumeRole(caller: Principal, request: AssumeRoleRequest): Promise<AssumedRole>;
  /** Temporary credentials for somebody already known (the console's session). */
  issueSession(
    principal: Principal,
    durationSeconds: number,
    details?: SessionDetails,
  ): Promise<TemporaryCredentials>;
  standingOf(principal: Principal): Promise<Standing>;
  /** Whether the account, user or role that somebody signed as is still there. */
  isThere(principal: Principal): Promise<boolean>;
  /** The account that a key belongs to, lasting or temporary. */
  accountOfKey(accessKeyId: string): Promise<string | undefined>;
  /** Whom a git user name and password (service-specific credential of `codecommit.amazonaws.com`) belong to. */
  verifyGitCredential(userName: string, password: string): Promise<Principal | undefined>;
  /** Whether a role of this ARN exists; inside the caller's transaction. */
  roleExists(tx: Tx, roleArn: string): Promise<boolean>;
}
