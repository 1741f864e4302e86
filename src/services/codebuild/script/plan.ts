import type { OnFailure, PhaseName, PhaseSpec } from '../model/buildspec/types.ts';
import { PHASE_NAMES } from '../model/buildspec/types.ts';

export type RunPhaseType = 'INSTALL' | 'PRE_BUILD' | 'BUILD' | 'POST_BUILD';

/** What the shell has to run, in order. Plain data. */
export interface ScriptPlan {
  readonly shell: 'bash' | 'sh';
  /** Version 0.1: each command in a shell of its own, from the source folder (C1.1). */
  readonly ownShells: boolean;
  /** All four, those without commands too: that is how AWS lists and logs them. */
  readonly phases: readonly ScriptPhase[];
  /** Lines for the log before the first phase. */
  readonly preamble: readonly string[];
  /** Names of the variables whose last values are reported. */
  readonly exported: readonly string[];
  /** Texts with variables in them, to be filled in by the shell after the last phase. */
  readonly expansions: readonly { readonly id: string; readonly text: string }[];
}

export interface ScriptPhase {
  readonly type: RunPhaseType;
  /** Numbers of its first and last step. */
  readonly begin: number;
  readonly end: number;
  readonly commands: readonly ScriptCommand[];
  readonly finally: readonly ScriptCommand[];
  /** What comes after a failure: the next phase, or the end of the build. */
  readonly afterFailure: 'next' | 'end';
}

export interface ScriptCommand {
  /** Number of its step; it names the command in reports. */
  readonly step: number;
  readonly text: string;
}

/** Numbers the steps (a phase's begin and end are steps too) and settles what follows a failed phase (C1.3). */
export function planPhases(specs: readonly PhaseSpec[]): readonly ScriptPhase[] {
  let step = 0;
  const number = (texts: readonly string[] = []) => texts.map((text) => ({ step: ++step, text }));
  return PHASE_NAMES.map((name) => {
    const spec = specs.find((phase) => phase.name === name);
    const begin = ++step;
    const commands = number(spec?.commands);
    const last = number(spec?.finally);
    return {
      type: name.toUpperCase() as RunPhaseType,
      begin,
      commands,
      finally: last,
      end: ++step,
      afterFailure: afterFailure(name, spec?.onFailure ?? { kind: 'default' }),
    };
  });
}

function afterFailure(name: PhaseName, onFailure: OnFailure): 'next' | 'end' {
  if (onFailure.kind === 'continue') return 'next';
  return onFailure.kind === 'default' && name === 'build' ? 'next' : 'end';
}

/** The command of a step, undefined for steps that are none. */
export function commandOfStep(phases: readonly ScriptPhase[], step: number): string | undefined {
  for (const phase of phases) {
    const found = [...phase.commands, ...phase.finally].find((command) => command.step === step);
    if (found) return found.text;
  }
  return undefined;
}
