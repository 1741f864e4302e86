import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HostCommand, HostDiagnostics, HostReport } from '../../pure/agent-protocol.ts';
import { readFileIfThere, syncFolder } from './files.ts';

export type JournalEntry =
  | { readonly kind: 'command'; readonly command: HostCommand }
  | { readonly kind: 'report'; readonly report: Omit<HostReport, 'at'> & { readonly at: number } }
  /** Written before the script begins: from here on it is never begun again. */
  | { readonly kind: 'script'; readonly event: string; readonly index: number; readonly location: string }
  | { readonly kind: 'process'; readonly pid: number; readonly startTime: string }
  | {
      readonly kind: 'script-ended';
      readonly event: string;
      readonly index: number;
      readonly failure: HostDiagnostics | undefined;
    };

/** What one command has done so far, durable before it is acted upon. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  append(entry: JournalEntry): void;
  close(): void;
}

/** Opens for appending. A line torn by a crash is cut off: what it would have said was not acted upon. */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  const text = readFileIfThere(path) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const entries = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry);
  const file = openSync(path, 'a', 0o600);
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
  syncFolder(dirname(path));
  return {
    entries,
    append(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fdatasyncSync(file);
      entries.push(entry);
    },
    close: () => closeSync(file),
  };
}

/** Reports made so far, in order: the first has sequence 1. */
export function reportsOf(journal: Journal): readonly HostReport[] {
  return journal.entries.flatMap((entry): HostReport[] =>
    entry.kind === 'report' ? [{ ...entry.report, at: new Date(entry.report.at) }] : [],
  );
}

/** A script that was begun and whose end is not known, with its process where that is known. */
export function unfinishedScript(
  journal: Journal,
):
  | { readonly event: string; readonly location: string; readonly pid?: number; readonly startTime?: string }
  | undefined {
  const at = journal.entries.findLastIndex(
    (entry) => entry.kind === 'script' || entry.kind === 'script-ended',
  );
  const begun = journal.entries[at];
  if (begun?.kind !== 'script') return undefined;
  const process = journal.entries.slice(at).find((entry) => entry.kind === 'process');
  const { event, location } = begun;
  return process?.kind === 'process'
    ? { event, location, pid: process.pid, startTime: process.startTime }
    : { event, location };
}
