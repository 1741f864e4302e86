import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Behaviour } from '../contracts/sandbox.ts';

/** Children that hold the FIFO: one beside, one in a session of its own. */
const FAMILY = 'exec 9>alive; sleep 1000 & setsid sleep 1000 & echo up;';

export function ending(behaviour: Behaviour): void {
  behaviour('a cancel takes the whole tree down', async (lab) => {
    const run = lab.run(`${FAMILY} sleep 1000`);
    const nobodyLeft = run.fifo();
    await run.start();
    await run.saw('up');
    await lab.sandbox.cancel(run.key);
    expect(await run.wait()).toMatchObject({ kind: 'cancelled' });
    await nobodyLeft;
  });

  behaviour('a cancel lets the command end itself first', async (lab) => {
    const run = lab.run(`trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done`);
    await run.start();
    await run.saw('up');
    await lab.sandbox.cancel(run.key, 3_600_000);
    expect(await run.wait()).toMatchObject({ kind: 'cancelled' });
    expect((await run.lines()).at(-1)).toBe('bye');
  });

  behaviour('a program that begins after the others were told is told as well', async (lab) => {
    // As a shell does that is told between fork and exec: it notes it for later, and then is another program.
    const late = `sh -c 'trap "told=1" TERM; echo up; while [ -z "$told" ]; do sleep 0.05; done; exec sleep 1000' 2>/dev/null`;
    const run = lab.run(
      `trap 'echo told' TERM; ${late} & wait; wait; echo cleaning; sleep 0.2; echo cleaned`,
    );
    await run.start();
    await run.saw('up');
    await lab.sandbox.cancel(run.key, 3_600_000);
    expect(await run.wait()).toMatchObject({ kind: 'cancelled' });
    // What begins later, to clean up, is not told.
    expect(await run.lines()).toEqual(['up', 'told', 'cleaning', 'cleaned']);
  });

  behaviour('what does not end itself is killed after the grace', async (lab) => {
    const run = lab.run(`trap 'echo refused' TERM; ${FAMILY} while :; do sleep 0.05; done`);
    const nobodyLeft = run.fifo();
    await run.start();
    await run.saw('up');
    await lab.sandbox.cancel(run.key, 3_600_000);
    await run.saw('refused');
    // A second cancel may be less patient.
    await lab.sandbox.cancel(run.key, 100);
    expect(await run.wait()).toMatchObject({ kind: 'cancelled' });
    await nobodyLeft;
  });

  behaviour('cancelling what has ended, or never began, changes nothing', async (lab) => {
    const run = lab.run('exit 5');
    await lab.sandbox.cancel(run.key);
    expect(await lab.sandbox.known(run.key)).toBe(false);
    const end = await run.startAndWait();
    await lab.sandbox.cancel(run.key);
    expect(end).toMatchObject({ kind: 'exited', exitCode: 5 });
    expect(await run.wait()).toEqual(end);
  });

  behaviour('the time limit counts in domain time', async (lab) => {
    const run = lab.run(`${FAMILY} sleep 1000`, { limits: { timeoutMs: 3_600_000 } });
    const nobodyLeft = run.fifo();
    await run.start();
    await run.saw('up');
    lab.clock.advance(3_600_000);
    const end = await run.wait();
    expect(end).toMatchObject({ kind: 'timed-out' });
    expect(end.at).toBeGreaterThanOrEqual(lab.clock.now() - 3_600_000);
    await nobodyLeft;
  });

  behaviour('what a command leaves behind ends with it', async (lab) => {
    const run = lab.run('exec 9>alive; (setsid sh -c "sleep 1000 & sleep 1000" &) ; echo leaving');
    const nobodyLeft = run.fifo();
    expect(await run.startAndWait()).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(await run.lines()).toEqual(['leaving']);
    await nobodyLeft;
  });

  behaviour('nobody gets away, not even without parent, session and environment', async (lab) => {
    const run = lab.run('exec 9>alive; (env -i setsid sh -c "(sleep 1000 >/dev/null 2>&1 &)" &); sleep 0.2');
    const nobodyLeft = run.fifo();
    expect(await run.startAndWait()).toMatchObject({ kind: 'exited' });
    await nobodyLeft;
  });

  behaviour('a command that is killed says by which signal', async (lab) => {
    const run = lab.run('kill -9 $$');
    expect(await run.startAndWait()).toMatchObject({ kind: 'signalled', signal: 'SIGKILL' });
  });

  behaviour('an exit code above 128 is told apart from a signal', async (lab) => {
    const run = lab.run('exit 137');
    expect(await run.startAndWait()).toMatchObject({ kind: 'exited', exitCode: 137 });
  });

  behaviour('the end stays known until it is forgotten', async (lab) => {
    const run = lab.run('while [ ! -e go ]; do sleep 0.05; done');
    expect(await lab.sandbox.known(run.key)).toBe(false);
    await run.start();
    expect(await lab.sandbox.known(run.key)).toBe(true);
    await expect(lab.sandbox.forget(run.key)).rejects.toThrow('has not ended');
    writeFileSync(join(run.spec.workDir, 'go'), '');
    const end = await run.wait();
    expect(await run.wait()).toEqual(end);
    await lab.sandbox.forget(run.key);
    await lab.sandbox.forget(run.key);
    expect(await lab.sandbox.known(run.key)).toBe(false);
  });

  behaviour('waiting can be given up, and the run goes on', async (lab) => {
    const run = lab.run('while [ ! -e go ]; do sleep 0.05; done');
    await run.start();
    const patience = new AbortController();
    const waiting = lab.sandbox.wait(run.key, {}, patience.signal);
    patience.abort(new Error('no more patience'));
    await expect(waiting).rejects.toThrow('no more patience');
    writeFileSync(join(run.spec.workDir, 'go'), '');
    expect(await run.wait()).toMatchObject({ exitCode: 0 });
  });

  behaviour('waiting for what was never started is told', async (lab) => {
    expect(await lab.run('').wait()).toMatchObject({
      kind: 'fault',
      cause: expect.stringContaining('ever started'),
    });
  });
}
