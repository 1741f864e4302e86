import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Behaviour } from '../contracts/sandbox.ts';

const MEGABYTE = 1024 * 1024;

export function output(behaviour: Behaviour): void {
  behaviour('standard output and error come in the order they were written', async (lab) => {
    const run = lab.run('for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf unfinished');
    await run.startAndWait();
    expect(await run.lines()).toEqual(['out 1', 'err 1', 'out 2', 'err 2', 'out 3', 'err 3', 'unfinished']);
  });

  behaviour('output comes while the command runs', async (lab) => {
    const run = lab.run('echo ready; while [ ! -e go ]; do sleep 0.05; done; echo gone on');
    await run.start();
    await run.saw('ready');
    writeFileSync(join(run.spec.workDir, 'go'), '');
    expect(await run.wait()).toMatchObject({ exitCode: 0 });
    expect(await run.lines()).toEqual(['ready', 'gone on']);
  });

  behaviour('its output can be opened again by name', async (lab) => {
    const run = lab.run('echo one > /dev/stdout; echo two | tee /dev/stderr');
    expect(await run.startAndWait()).toMatchObject({ exitCode: 0 });
    expect(await run.lines()).toEqual(['one', 'two', 'two']);
  });

  behaviour('the log stream is left open for its owner', async (lab) => {
    const run = lab.run('echo from the command');
    await run.startAndWait();
    expect(await lab.logs.stat(run.key)).toMatchObject({ ended: false });
    const writer = await lab.logs.writer(run.key);
    await writer.append([{ at: 1, text: 'from the room' }]);
    await writer.end();
    expect(await run.lines()).toEqual(['from the command', 'from the room']);
  });

  behaviour('it goes on in a log stream that holds lines already', async (lab) => {
    const run = lab.run('echo second');
    const writer = await lab.logs.writer(run.key);
    await writer.append([{ at: 1, text: 'first' }]);
    await writer.close();
    await run.startAndWait();
    expect(await run.lines()).toEqual(['first', 'second']);
  });

  behaviour('a log stream that has ended takes no run', async (lab) => {
    const run = lab.run('echo more > file');
    await (await lab.logs.writer(run.key)).end();
    await run.start();
    expect(await run.wait()).toMatchObject({ kind: 'fault', cause: expect.stringContaining('has ended') });
    expect(readdirSync(run.spec.workDir)).toEqual([]);
  });

  behaviour('secrets are masked before they are written, also in pieces and over lines', async (lab) => {
    const masks = ['hunter2', 'BEGIN KEY\nq1w2e3r4\nEND KEY'];
    const script = `printf 'a hun'; sleep 0.1; printf 'ter2 b\\n'; printf '%s\\n' "$KEY"; echo "$PASSWORD" >&2; printf hun`;
    const env = { PATH: '/usr/bin:/bin', PASSWORD: 'hunter2', KEY: masks[1] as string };
    const run = lab.run(script, { masks, env });
    await run.startAndWait();
    expect(await run.lines()).toEqual(['a *** b', '***', '***', '***', '***', 'hun']);
    // Nor does anything else that is kept of the run hold them.
    for (const kept of filesBelow(join(lab.dataDir, 'runs', run.key), join(lab.dataDir, 'logs')))
      expect(readFileSync(kept, 'latin1')).not.toMatch(/hunter2|q1w2e3r4/);
  });

  behaviour('ten megabytes on one line become parts of it', async (lab) => {
    const run = lab.run(`head -c ${10 * MEGABYTE} /dev/zero | tr '\\0' x; echo end; echo next`);
    await run.startAndWait();
    const records = await lab.logs.read(run.key, 0, 1000);
    expect(
      records
        .slice(0, -1)
        .map(({ text }) => text)
        .join(''),
    ).toBe(`${'x'.repeat(10 * MEGABYTE)}end`);
    expect(records.map(({ partial }) => partial === true)).toEqual([
      ...Array.from({ length: records.length - 2 }, () => true),
      false,
      false,
    ]);
    expect(Math.max(...records.map(({ text }) => text.length))).toBeLessThanOrEqual(256 * 1024);
    expect(records.at(-1)?.text).toBe('next');
  });

  behaviour('binary output becomes text', async (lab) => {
    const run = lab.run(
      `printf 'a\\377\\376b\\000c\\303\\274\\n'; head -c 300000 /dev/urandom; printf '\\nend\\n'`,
    );
    expect(await run.startAndWait()).toMatchObject({ exitCode: 0 });
    const lines = await run.lines();
    expect(lines[0]).toBe('a\uFFFD\uFFFDb\uFFFDcü');
    expect(lines.at(-1)).toBe('end');
    expect(lines.join('')).not.toContain('\0');
  });

  behaviour('output beyond its bound is dropped, and the command goes on', async (lab) => {
    const run = lab.run('yes 1234567 | head -c 800000; touch done', { limits: { outputBytes: 1004 } });
    expect(await run.startAndWait()).toMatchObject({ exitCode: 0 });
    const lines = await run.lines();
    expect(lines).toEqual([
      ...Array.from({ length: 125 }, () => '1234567'),
      '1234',
      'pipewright: output beyond 1004 bytes is dropped',
    ]);
    expect(statSync(join(run.spec.workDir, 'done')).isFile()).toBe(true);
  });
}

function filesBelow(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}
