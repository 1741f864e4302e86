import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Fault } from '../../../kernel/errors.ts';
import { isObjectId } from '../model/names.ts';
import type { Git } from './run.ts';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface ObjectInfo {
  readonly id: string;
  readonly type: ObjectType;
  readonly size: number;
}

export interface GitObject extends ObjectInfo {
  readonly content: Buffer;
}

/** Objects by full id, through a few long-lived `git cat-file --batch-command` processes. */
export interface ObjectReader {
  info(dir: string, id: string): Promise<ObjectInfo | undefined>;
  /** Undefined when missing. The caller bounds the size by `info` first where a user chose the object. */
  read(dir: string, id: string): Promise<GitObject | undefined>;
  /** Ends what is open on a repository. */
  forget(dir: string): void;
  close(): void;
}

const MAX_PROCESSES = 8;
const IDLE_MS = 30_000;

export function createObjectReader(git: Git): ObjectReader {
  const open = new Map<string, BatchProcess>();
  const forget = (dir: string) => {
    open.get(dir)?.end();
    open.delete(dir);
  };
  const processFor = (dir: string): BatchProcess => {
    const known = open.get(dir);
    if (known?.alive()) {
      // Moved to the end: the first of the map is the one used longest ago.
      open.delete(dir);
      open.set(dir, known);
      return known;
    }
    open.delete(dir);
    if (open.size >= MAX_PROCESSES) forget(open.keys().next().value as string);
    const started = startBatch(git, dir);
    open.set(dir, started);
    return started;
  };
  const ask = async (dir: string, command: 'info' | 'contents', id: string) => {
    if (!isObjectId(id)) return undefined;
    return processFor(dir).ask(command, id);
  };
  return {
    info: (dir, id) => ask(dir, 'info', id),
    async read(dir, id) {
      return (await ask(dir, 'contents', id)) as GitObject | undefined;
    },
    forget,
    close() {
      for (const process of open.values()) process.end();
      open.clear();
    },
  };
}

interface BatchProcess {
  ask(command: 'info' | 'contents', id: string): Promise<ObjectInfo | GitObject | undefined>;
  alive(): boolean;
  /** Answers what was asked, then ends. */
  end(): void;
}

interface Question {
  readonly command: 'info' | 'contents';
  readonly resolve: (object: ObjectInfo | GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

function startBatch(git: Git, dir: string): BatchProcess {
  const child: ChildProcessWithoutNullStreams = spawn('git', ['cat-file', '--batch-command'], {
    cwd: dir,
    env: { ...git.environment(dir), GIT_DIR: dir },
    stdio: 'pipe',
  });
  const questions: Question[] = [];
  let chunks: Buffer[] = [];
  let size = 0;
  let awaited: ObjectInfo | undefined;
  let alive = true;
  let idle: NodeJS.Timeout | undefined;

  const end = () => {
    alive = false;
    clearTimeout(idle);
    child.stdin.end();
  };
  const fail = (error: Error) => {
    alive = false;
    clearTimeout(idle);
    for (const question of questions.splice(0)) question.reject(error);
  };
  const answer = (object: ObjectInfo | GitObject | undefined) => {
    questions.shift()?.resolve(object);
    if (questions.length > 0 || !alive) return;
    idle = setTimeout(end, IDLE_MS).unref();
  };
  /** Takes one answer out of the buffer; false when it has not come whole. */
  const step = (): boolean => {
    if (size === 0) return false;
    if (awaited) {
      // The content is followed by a line feed.
      if (size <= awaited.size) return false;
      const all = Buffer.concat(chunks);
      const content = all.subarray(0, awaited.size);
      keep(all.subarray(awaited.size + 1));
      const object = { ...awaited, content };
      awaited = undefined;
      answer(object);
      return true;
    }
    const all = Buffer.concat(chunks);
    const newline = all.indexOf(10);
    if (newline < 0) return keep(all);
    const [id = '', type = '', length] = all.subarray(0, newline).toString('latin1').split(' ');
    keep(all.subarray(newline + 1));
    if (type === 'missing') answer(undefined);
    else {
      const info = { id, type: type as ObjectType, size: Number(length) };
      if (questions[0]?.command === 'contents') awaited = info;
      else answer(info);
    }
    return true;
  };
  const keep = (rest: Buffer): false => {
    chunks = rest.length > 0 ? [rest] : [];
    size = rest.length;
    return false;
  };

  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    while (step());
  });
  child.stderr.resume();
  child.stdin.on('error', () => {});
  child.once('error', (error) => fail(new Fault('git cat-file could not be started', error)));
  child.once('close', () => fail(new Fault('git cat-file ended before it had answered')));
  return {
    alive: () => alive,
    end,
    ask(command, id) {
      clearTimeout(idle);
      return new Promise((resolve, reject) => {
        questions.push({ command, resolve, reject });
        child.stdin.write(`${command} ${id}\n`);
      });
    },
  };
}
