/**
 * What a deployment agent and the server say to each other, operations `RegisterHost`, `PollHostCommand` and
 * `ReportHostCommand` of the modelled service `pipewright`. The server also answers the version before its own.
 *
 * 1: keys are given to the agent. 2: `JoinHost` and `RenewHostCredential`; the server names the version that it will
 * speak with this agent, and signs downloads for the address that the agent came by.
 */
export const AGENT_PROTOCOL_VERSION = 2;

/** Seconds that a poll is held at most. */
export const POLL_SECONDS = 50;

/** Asked by whoever may add hosts. */
export interface CreateJoinTokenInput {
  /** The one host that may use it. */
  readonly name: string;
  readonly lifetimeSeconds?: number;
}

export interface CreateJoinTokenOutput {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Not signed: the token is the proof. */
export interface JoinHostInput {
  readonly token: string;
  readonly name: string;
  /** Made by the agent and kept before it is sent, so that a lost answer can be asked for again. */
  readonly key: string;
}

/** Not signed: the key is the proof, and is worth nothing once `nextKey` has been used. */
export interface RenewHostCredentialInput {
  readonly key: string;
  readonly nextKey: string;
}

/** A session of a host's agent. */
export interface HostCredential {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly lifetimeSeconds: number;
}

export interface RegisterHostInput {
  readonly name: string;
  /** Replace the tags that an earlier agent of this name brought; others stay. */
  readonly tags?: readonly { readonly Key?: string; readonly Value?: string }[];
  /** Folder that destinations are placed below, for people to see. */
  readonly root?: string;
  readonly protocolVersion: number;
}

export interface RegisterHostOutput {
  /** Names this session; a later session of the same host ends it. */
  readonly epoch: number;
  readonly instanceArn: string;
  /** The one that both will speak. */
  readonly protocolVersion: number;
}

export interface PollHostCommandInput {
  readonly name: string;
  readonly epoch: number;
  /** The command being worked on: the poll then only waits for a stop and shows that the agent is alive. */
  readonly runningCommandId?: string;
  readonly waitSeconds?: number;
}

export interface PollHostCommandOutput {
  readonly command?: HostCommand;
  readonly stop?: { readonly commandId: string; readonly reason: string };
}

/** One deployment on one host. */
export interface HostCommand {
  readonly commandId: string;
  readonly deploymentId: string;
  readonly deploymentCreator: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly deploymentGroupId: string;
  readonly fileExistsBehavior: 'DISALLOW' | 'OVERWRITE' | 'RETAIN';
  readonly ignoreApplicationStopFailures: boolean;
  readonly lifecycleEvents: readonly string[];
  readonly bundle: HostBundle;
  /** Reports that the server has: more than none in a command that goes on after a restart. */
  readonly lastSequence: number;
}

export interface HostBundle {
  /** Readable without credentials for a while; a later poll brings a fresh one. */
  readonly url: string;
  readonly bundleType: 'zip' | 'tar' | 'tgz';
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
  readonly eTag?: string;
  /** Lower-case hexadecimal; other bytes are refused. */
  readonly sha256: string;
  readonly size: number;
}

export interface ReportHostCommandInput {
  readonly name: string;
  readonly epoch: number;
  readonly commandId: string;
  /** In order; those the server has already are ignored. */
  readonly reports: readonly HostReport[];
}

export interface ReportHostCommandOutput {
  readonly lastSequence: number;
  /** The command is over for the server: nothing more is to be done for it. */
  readonly ended: boolean;
  /** Why it is to be stopped, when it is. */
  readonly stopReason?: string;
}

export interface HostReport {
  /** 1 for the first report of a command. */
  readonly sequence: number;
  readonly kind: 'EventStarted' | 'EventEnded' | 'CommandEnded';
  readonly at: Date;
  /** Of an event. */
  readonly event?: string;
  /** Of an event or command that ended. */
  readonly status?: 'Succeeded' | 'Failed' | 'Skipped';
  readonly diagnostics?: HostDiagnostics;
}

export interface HostDiagnostics {
  readonly errorCode: HostErrorCode;
  readonly scriptName?: string;
  readonly message: string;
  /** Last lines of the output. */
  readonly logTail?: string;
}

export type HostErrorCode =
  | 'Success'
  | 'ScriptMissing'
  | 'ScriptNotExecutable'
  | 'ScriptTimedOut'
  | 'ScriptFailed'
  | 'UnknownError';

/** Characters of a log tail that are kept. */
export const LOG_TAIL_LIMIT = 4096;
