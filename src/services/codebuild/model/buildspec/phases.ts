import type { Entry, Reader, Spot } from './reader.ts';
import { type OnFailure, PHASE_NAMES, type PhaseName, type PhaseSpec } from './types.ts';

const KEYS = ['run-as', 'on-failure', 'commands', 'finally', 'steps'];

/** `phases` (C1.2, C1.3). `notes` takes what is accepted without effect. */
export function readPhases(reader: Reader, spot: Spot, notes: string[]): readonly PhaseSpec[] {
  const entries = reader.map(spot, PHASE_NAMES) ?? [];
  const found = entries.flatMap((entry) => readPhase(reader, entry, notes) ?? []);
  if (entries.length === 0 && reader.findings().length === 0) {
    reader.error(spot, 'there is no phase', `add at least one of ${PHASE_NAMES.join(', ')}`);
  }
  return found.toSorted((a, b) => PHASE_NAMES.indexOf(a.name) - PHASE_NAMES.indexOf(b.name));
}

function readPhase(reader: Reader, phase: Entry, notes: string[]): PhaseSpec | undefined {
  const name = phase.key as PhaseName;
  const entries = reader.map(phase, name === 'install' ? [...KEYS, 'runtime-versions'] : KEYS);
  if (!entries) return undefined;
  const at = (key: string) => entries.find((entry) => entry.key === key);
  const commands = at('commands');
  const last = at('finally');
  const steps = at('steps');
  const runtimes = at('runtime-versions');
  if (steps && commands) {
    reader.error(steps, `phase ${name} has both commands and steps`, 'keep one of the two');
  } else if (steps) {
    reader.error(steps, `phase ${name}: steps are not available yet`, 'write them as commands');
  }
  if (runtimes) readRuntimes(reader, runtimes, notes);
  if (!commands && !steps && !last && !runtimes) {
    reader.error(phase, `phase ${name} has no commands`, 'add "commands:" with a list');
  }
  const runAs = at('run-as');
  const failure = at('on-failure');
  return {
    name,
    commands: commands ? readCommands(reader, commands) : [],
    finally: last ? readCommands(reader, last) : [],
    onFailure: failure ? readOnFailure(reader, failure) : { kind: 'default' },
    runAs: runAs && readUser(reader, runAs),
  };
}

/** The name of a Linux user. Nothing ever runs as root here, so `root` stands for the user that builds have anyway. */
export function readUser(reader: Reader, spot: Spot): string | undefined {
  const user = reader.text(spot);
  if (user === undefined || /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user)) return user;
  return reader.error(spot, `"${user}" cannot be the name of a user`);
}

function readCommands(reader: Reader, spot: Spot): readonly string[] {
  const commands = reader.list(spot)?.map((item) => reader.text(item)) ?? [];
  return commands.filter((command) => command !== undefined);
}

/** Languages of the image (C1.8). The sandbox offers what the machine has, so they only lead to a note. */
function readRuntimes(reader: Reader, spot: Spot, notes: string[]): void {
  const entries = reader.map(spot) ?? [];
  if (entries.length === 0) {
    reader.error(spot, `${spot.path} names no runtime`, 'add one, for example "nodejs: 22"');
    return;
  }
  const wanted = entries.map((entry) => `${entry.key}: ${reader.text(entry) ?? ''}`);
  notes.push(
    `Skipping install of runtimes (${wanted.join(', ')}). ` +
      'Runtime version selection is not supported by this build image: the versions of this machine are used.',
  );
}

const DEFAULT_RETRIES = 3;
const MAX_RETRIES = 100;

/** `ABORT`, `CONTINUE`, `RETRY`, `RETRY-<count>`, `RETRY-<regex>`, `RETRY-<count>-<regex>`. */
function readOnFailure(reader: Reader, spot: Spot): OnFailure {
  const text = reader.text(spot);
  if (text === undefined) return { kind: 'default' };
  if (text === 'ABORT') return { kind: 'abort' };
  if (text === 'CONTINUE') return { kind: 'continue' };
  const retry = /^RETRY(?:-(\d+))?(?:-(.+))?$/s.exec(text);
  if (!retry) {
    reader.error(
      spot,
      `on-failure cannot be "${text}"`,
      'ABORT, CONTINUE, RETRY, RETRY-<count> or RETRY-<regex>',
    );
    return { kind: 'default' };
  }
  const count = retry[1] === undefined ? DEFAULT_RETRIES : Number(retry[1]);
  const pattern = retry[2] ?? '.*';
  if (count > MAX_RETRIES)
    reader.error(spot, `a build is retried at most ${MAX_RETRIES} times, not ${count}`);
  if (!isRegex(pattern)) reader.error(spot, `"${pattern}" is not a regular expression`);
  return { kind: 'retry', count, pattern };
}

function isRegex(pattern: string): boolean {
  try {
    RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
