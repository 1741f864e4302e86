import { type ActionTypeId, typeName } from './definition.ts';

/** What a configuration key may hold. */
export interface ConfigurationKey {
  readonly name: string;
  readonly required?: boolean;
  readonly type?: 'String' | 'Boolean' | 'Number';
  /** The text is JSON: what variables bring is escaped. */
  readonly json?: boolean;
  /** The only values allowed, unless the value holds a variable. */
  readonly values?: readonly string[];
  readonly description: string;
}

export interface ArtifactCount {
  readonly min: number;
  readonly max: number;
}

/** The part of an action provider that validation and `ListActionTypes` need: plain data. */
export interface ActionTypeSpec {
  readonly id: ActionTypeId;
  readonly configuration: readonly ConfigurationKey[];
  readonly inputs: ArtifactCount;
  readonly outputs: ArtifactCount;
  /** How long an action of this type may take unless it says otherwise, in milliseconds. */
  readonly timeoutMs: number;
  /** What the keys cannot say one by one, for example that one needs another. Answers sentences. */
  readonly check?: (configuration: Readonly<Record<string, string>>, inputs: readonly string[]) => string[];
}

export function findType(types: readonly ActionTypeSpec[], id: ActionTypeId): ActionTypeSpec | undefined {
  return types.find((candidate) => typeName(candidate.id) === typeName(id));
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
