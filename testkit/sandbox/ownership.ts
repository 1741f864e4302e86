import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Behaviour } from '../contracts/sandbox.ts';

const forever = new AbortController().signal;
const UNTIL_GO = 'while [ ! -e go ]; do sleep 0.05; done;';

export function ownership(behaviour: Behaviour): void {
  behaviour('a run outlives the process that started it, and is taken over', async (lab, driver) => {
    const run = lab.run(
      `echo '"before"' >&3; echo before; ${UNTIL_GO} echo '"after"' >&3; echo after; exit 4`,
    );
    const owner = await driver.startElsewhere(lab.dataDir, run.key, run.spec);
    await run.saw('before');
    await owner.kill();
    expect(await lab.sandbox.known(run.key)).toBe(true);
    // The task that started it may be delivered again.
    await run.start();
    const waiting = run.wait();
    writeFileSync(join(run.spec.workDir, 'go'), '');
    expect(await waiting).toMatchObject({ kind: 'exited', exitCode: 4 });
    expect(await run.lines()).toEqual(['before', 'after']);
    expect((await run.reports(1)).map(({ data }) => data)).toEqual(['after']);
  });

  behaviour('a run that was taken over can be cancelled', async (lab, driver) => {
    const run = lab.run('exec 9>alive; echo up; sleep 1000');
    const nobodyLeft = run.fifo();
    const owner = await driver.startElsewhere(lab.dataDir, run.key, run.spec);
    await run.saw('up');
    await owner.kill();
    await lab.sandbox.cancel(run.key);
    expect(await run.wait()).toMatchObject({ kind: 'cancelled' });
    await nobodyLeft;
  });

  behaviour('when its runner is gone the run is a fault, and nothing of it goes on', async (lab, driver) => {
    const run = lab.run('exec 9>alive; (setsid sleep 1000 &); echo up; sleep 1000');
    const nobodyLeft = run.fifo();
    await run.start();
    await run.saw('up');
    const waiting = Promise.all([run.wait(), run.wait()]);
    process.kill(driver.runnerOf(lab.dataDir, run.key), 'SIGKILL');
    const [end, same] = await waiting;
    expect(end).toMatchObject({
      kind: 'fault',
      cause: expect.stringMatching(/runner \(process \d+\) is gone/),
    });
    expect(same).toEqual(end);
    await nobodyLeft;
    // It is never started again.
    await run.start();
    expect(await run.wait()).toEqual(end);
  });

  behaviour('a runner that died while no server was there is noticed', async (lab, driver) => {
    const run = lab.run('echo up; sleep 1000');
    const owner = await driver.startElsewhere(lab.dataDir, run.key, run.spec);
    await run.saw('up');
    await owner.kill();
    process.kill(driver.runnerOf(lab.dataDir, run.key), 'SIGKILL');
    await run.start();
    expect(await run.wait()).toMatchObject({ kind: 'fault', cause: expect.stringContaining('is gone') });
  });

  behaviour('a runner that is told to end takes its run down and says so', async (lab, driver) => {
    const run = lab.run('exec 9>alive; echo up; sleep 1000');
    const nobodyLeft = run.fifo();
    await run.start();
    await run.saw('up');
    process.kill(driver.runnerOf(lab.dataDir, run.key), 'SIGTERM');
    expect(await run.wait()).toMatchObject({ kind: 'fault', cause: expect.stringContaining('SIGTERM') });
    await nobodyLeft;
  });

  behaviour('closing leaves runs alone, and what opens next follows them', async (lab) => {
    const before = await lab.open();
    const run = lab.run(`echo up; ${UNTIL_GO} exit 6`);
    await before.start(run.key, run.spec);
    await before.close();
    const after = await lab.open();
    const waiting = after.wait(run.key, {}, forever);
    writeFileSync(join(run.spec.workDir, 'go'), '');
    expect(await waiting).toMatchObject({ exitCode: 6 });
  });

  behaviour('many runs at once keep apart', async (lab) => {
    const runs = Array.from({ length: 6 }, (_, n) => lab.run(`echo output ${n}; echo ${n} >&3; exit ${n}`));
    await Promise.all(runs.map((run) => run.start()));
    for (const [n, run] of runs.entries()) {
      expect(await run.wait()).toMatchObject({ kind: 'exited', exitCode: n });
      expect(await run.lines()).toEqual([`output ${n}`]);
      expect((await run.reports()).map(({ data }) => data)).toEqual([n]);
    }
  });
}
