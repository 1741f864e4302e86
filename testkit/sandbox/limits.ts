import { expect } from 'vitest';
import type { Behaviour } from '../contracts/sandbox.ts';

const MEGABYTE = 1024 * 1024;

export function limits(behaviour: Behaviour): void {
  behaviour('memory is bounded', async (lab) => {
    // Without any line end, tail has to remember everything.
    const run = lab.run('exec tail /dev/zero', { limits: { memoryBytes: 64 * MEGABYTE } });
    const end = await run.startAndWait();
    expect(['exited', 'signalled']).toContain(end.kind);
    expect(end).not.toMatchObject({ exitCode: 0 });
  });

  behaviour('the memory of all processes together is bounded, and the log says so', async (lab) => {
    // Each dd holds 30 MB, which nobody takes from it.
    const dd = 'dd if=/dev/zero of=hold bs=30M count=1 2>/dev/null';
    const run = lab.run(`mkfifo hold; exec 8<>hold; for i in 1 2 3; do (${dd} || kill $$) & done; wait`, {
      limits: { memoryBytes: 64 * MEGABYTE },
    });
    const cause = `the memory limit of ${64 * MEGABYTE} bytes was reached`;
    expect(await run.startAndWait()).toMatchObject({ kind: 'signalled', cause });
    expect(await run.lines()).toContain(`pipewright: ${cause}`);
  });

  behaviour('a fork bomb is bounded and can be cancelled', async (lab) => {
    // The first process takes no part: a shell that cannot fork any more gives up.
    const run = lab.run(
      'exec 9>alive; echo up; f() { f & f & sleep 1000; }; f 2>/dev/null & exec sleep 1000',
      {
        limits: { processes: 40 },
      },
    );
    const nobodyLeft = run.fifo();
    await run.start();
    await run.saw('up');
    await lab.sandbox.cancel(run.key, 200);
    expect(await run.wait()).toMatchObject({ kind: 'cancelled' });
    await nobodyLeft;
  });

  behaviour('no more processes run than allowed', async (lab) => {
    const run = lab.run('for i in $(seq 60); do sleep 1000 & done 2>/dev/null; echo ended; sleep 1000', {
      limits: { processes: 20 },
    });
    // A shell that cannot fork any more gives up.
    const end = await run.startAndWait();
    expect(end).not.toMatchObject({ exitCode: 0 });
    expect(await run.lines()).not.toContain('ended');
  });

  behaviour('a work folder that grows too big ends the run', async (lab) => {
    const run = lab.run('head -c 8000000 /dev/zero > big; echo written; sleep 1000', {
      limits: { diskBytes: 4_000_000 },
    });
    const cause = 'the work folder grew beyond 4000000 bytes';
    expect(await run.startAndWait()).toMatchObject({ kind: 'signalled', signal: 'SIGKILL', cause });
    expect((await run.lines()).at(-1)).toBe(`pipewright: ${cause}`);
  });
}
