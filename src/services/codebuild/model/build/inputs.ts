import type { RunEnd } from '../../../../kernel/sandbox/port.ts';
import type { ReplyTo } from '../../../../kernel/transitions/reply.ts';
import type { BuildFacts, PhaseContext, PhaseRetry, PhaseType, UploadedArtifact } from './state.ts';

/** One line of the build's shell, with the command's text filled in. `at` is domain time. */
export type ScriptReport =
  | { readonly kind: 'phase-start'; readonly at: number; readonly phase: PhaseType }
  | {
      readonly kind: 'phase-end';
      readonly at: number;
      readonly phase: PhaseType;
      readonly failure?: { readonly command: string; readonly code: number };
    }
  | { readonly kind: 'exported'; readonly at: number; readonly name: string; readonly value: string }
  | { readonly kind: 'expanded'; readonly at: number; readonly id: string; readonly value: string }
  /** Something that nobody asked for; it counts, and that is all. */
  | { readonly kind: 'ignored'; readonly at: number };

export type BuildInput =
  /** The first: `begin` when a slot is free at once. */
  | {
      readonly kind: 'submit';
      readonly facts: BuildFacts;
      readonly begin: boolean;
      readonly replyTo?: ReplyTo;
    }
  /** A slot is free. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'queue-expired' }
  | { readonly kind: 'downloading'; readonly at: number }
  /** The sandbox has started. */
  | {
      readonly kind: 'prepared';
      readonly provisionedAt: number;
      readonly downloadedAt: number;
      readonly resolvedSourceVersion: string | undefined;
      readonly collects: boolean;
      readonly retries: readonly PhaseRetry[];
      readonly tolerates?: readonly PhaseType[];
    }
  | {
      readonly kind: 'prepare-failed';
      readonly phase: 'PROVISIONING' | 'DOWNLOAD_SOURCE';
      readonly provisionedAt: number;
      readonly context: PhaseContext;
      readonly fault: boolean;
    }
  /** Reports number `from` and following. */
  | { readonly kind: 'reports'; readonly from: number; readonly reports: readonly ScriptReport[] }
  | { readonly kind: 'run-ended'; readonly end: RunEnd }
  | {
      readonly kind: 'collected';
      readonly artifacts: readonly UploadedArtifact[];
      readonly reportArns: readonly string[];
      /** Why the artifacts could not be uploaded. */
      readonly failure?: PhaseContext;
      readonly fault?: boolean;
    }
  | { readonly kind: 'stop' }
  | { readonly kind: 'deadline' };
