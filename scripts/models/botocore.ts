/** The parts of a botocore `service-2.json` that the generator reads. */
export interface BotocoreModel {
  readonly metadata: {
    readonly apiVersion: string;
    readonly endpointPrefix: string;
    readonly protocol: string;
    readonly protocols?: readonly string[];
    readonly jsonVersion?: string;
    readonly signingName?: string;
    readonly targetPrefix?: string;
    readonly xmlNamespace?: string;
    readonly awsQueryCompatible?: object;
  };
  readonly operations: Readonly<Record<string, BotocoreOperation>>;
  readonly shapes: Readonly<Record<string, BotocoreShape>>;
}

interface BotocoreNamespace {
  readonly uri: string;
  readonly prefix?: string;
}

export interface BotocoreOperation {
  readonly name: string;
  readonly http?: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: {
    readonly shape: string;
    readonly locationName?: string;
    readonly xmlNamespace?: BotocoreNamespace;
  };
  readonly output?: { readonly shape: string; readonly resultWrapper?: string };
  readonly errors?: readonly { readonly shape: string }[];
  readonly authtype?: string;
  readonly unsignedPayload?: boolean;
  readonly endpoint?: { readonly hostPrefix?: string };
  readonly deprecated?: boolean;
}

export interface BotocoreMember {
  readonly shape: string;
  readonly locationName?: string;
  readonly location?: string;
  readonly enum?: readonly string[];
  readonly flattened?: boolean;
  readonly xmlAttribute?: boolean;
  readonly xmlNamespace?: BotocoreNamespace;
  readonly idempotencyToken?: boolean;
  readonly streaming?: boolean;
  readonly eventpayload?: boolean;
}

export interface BotocoreShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotocoreMember>>;
  readonly required?: readonly string[];
  readonly member?: BotocoreMember;
  readonly key?: BotocoreMember;
  readonly value?: BotocoreMember;
  readonly flattened?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly timestampFormat?: string;
  readonly sensitive?: boolean;
  readonly streaming?: boolean;
  readonly payload?: string;
  readonly union?: boolean;
  readonly eventstream?: boolean;
  readonly document?: boolean;
  readonly xmlNamespace?: BotocoreNamespace;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: {
    readonly httpStatusCode?: number;
    readonly code?: string;
    readonly senderFault?: boolean;
  };
}
