import { type Finding, formatFinding } from '../pure/finding.ts';

export { type Finding, formatFinding } from '../pure/finding.ts';

/**
 * The three kinds of errors of the house, never mixed:
 * - {@link ApiError}: a modelled exception that a client sees with its name and HTTP status;
 * - {@link DefinitionError}: everything that is wrong in a user's definition, each with its place;
 * - {@link Fault}: ours. Logged with an id, answered as `InternalFailure`.
 */

export interface ApiErrorOptions {
  /** HTTP status; the model's own value wins over this where it has one. Default 400. */
  readonly status?: number;
  /** Extra modelled members of the error shape, by wire name. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A modelled exception: `code` is the shape's name, for example `PipelineNotFoundException`. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}

/** Every error of a definition at once. */
export class DefinitionError extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(findings.map(formatFinding).join('\n'));
    this.name = 'DefinitionError';
    this.findings = findings;
  }
}

/** Something that must not happen. Never shown to a client. */
export class Fault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
  }
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
