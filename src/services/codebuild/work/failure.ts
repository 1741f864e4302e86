import type { PhaseContext } from '../model/build/state.ts';

/** Why a build cannot go on, in words for its user; thrown by what prepares and collects. */
export class BuildFailure extends Error {
  readonly context: PhaseContext;
  /** Further lines for the log. */
  readonly details: readonly string[];

  constructor(statusCode: string, message: string, details: readonly string[] = []) {
    super(message);
    this.name = 'BuildFailure';
    this.context = { statusCode, message };
    this.details = details;
  }
}
