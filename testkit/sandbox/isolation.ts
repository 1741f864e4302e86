import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Behaviour } from '../contracts/sandbox.ts';

export function isolation(behaviour: Behaviour): void {
  behaviour('it never runs as root', async (lab) => {
    const run = lab.run('id -u; id -G');
    await run.startAndWait();
    const [user, groups] = await run.lines();
    expect(user).not.toBe('0');
    expect(groups?.split(' ')).not.toContain('0');
  });

  behaviour('it cannot read what lies outside of its folder', async (lab) => {
    const secret = join(lab.dataDir, 'secret');
    writeFileSync(secret, 'not for builds', { mode: 0o644 });
    const other = mkdtempSync(join(tmpdir(), 'other-'));
    writeFileSync(join(other, 'file'), 'not for builds', { mode: 0o644 });
    const run = lab.run(
      `cat ${secret} ${other}/file /etc/shadow /root/.bashrc 2>/dev/null; ls /tmp ${lab.dataDir}`,
    );
    await run.startAndWait();
    const lines = await run.lines();
    expect(lines.join('\n')).not.toContain('not for builds');
    expect(lines.join('\n')).not.toMatch(/root:|secret|other-|keys|journal/);
    rmSync(other, { recursive: true, force: true, maxRetries: 20 });
  });

  behaviour('it cannot write outside of its folder', async (lab) => {
    const places = ['/', '/usr', '/etc', lab.dataDir, lab.sandbox.workRoot, '/var', '/run', '/proc', '/root'];
    const tries = places
      .map((place) => `touch ${place}/written 2>/dev/null && echo wrote ${place}`)
      .join('; ');
    const run = lab.run(`${tries}; touch here /tmp/there && echo ok`);
    await run.startAndWait();
    expect(await run.lines()).toEqual(['ok']);
  });

  behaviour('it sees its own processes only', async (lab) => {
    const run = lab.run(
      `cd /proc; for p in [0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done; kill -9 ${process.pid}`,
    );
    await run.startAndWait();
    const lines = await run.lines();
    expect(lines.length).toBeLessThan(12);
    expect(lines.join('\n')).not.toMatch(/vitest|node /);
  });

  behaviour('it has a network only if asked for', async (lab) => {
    const shut = lab.run('cut -d: -f1 -s /proc/net/dev | tr -d " "');
    const open = lab.run('cut -d: -f1 -s /proc/net/dev | tr -d " "; cat /etc/resolv.conf > names', {
      network: true,
    });
    await Promise.all([shut.start(), open.start()]);
    await Promise.all([shut.wait(), open.wait()]);
    expect(await shut.lines()).toEqual(['lo']);
    expect(await open.lines()).toEqual(expect.arrayContaining(Object.keys(networkInterfaces())));
    expect(readFileSync(join(open.spec.workDir, 'names'), 'utf8')).toBe(
      readFileSync('/etc/resolv.conf', 'utf8'),
    );
  });

  behaviour('folders are mounted as asked, and no other', async (lab) => {
    const shared = mkdtempSync(join(tmpdir(), 'shared-'));
    chmodSync(shared, 0o755);
    const cache = mkdtempSync(join(tmpdir(), 'cache-'));
    writeFileSync(join(shared, 'tool'), '#!/bin/sh\necho tool ran\n', { mode: 0o755 });
    const run = lab.run(
      `${shared}/tool; touch ${shared}/x 2>/dev/null || echo refused; echo kept > ${cache}/kept`,
      {
        mounts: [
          { path: shared, writable: false },
          { path: cache, writable: true },
        ],
      },
    );
    await run.startAndWait();
    expect(await run.lines()).toEqual(['tool ran', 'refused']);
    expect(readFileSync(join(cache, 'kept'), 'utf8')).toBe('kept\n');
    for (const folder of [shared, cache]) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });

  behaviour('the environment cannot reach the programs that shut it in', async (lab) => {
    const env = { PATH: '/usr/bin:/bin', LD_PRELOAD: '/no/such/library.so', ENV: '/etc/passwd', IFS: 'x' };
    const run = lab.run('', { argv: ['printf', 'ran\n'], env });
    expect(await run.startAndWait()).toMatchObject({ exitCode: 0 });
    const lines = await run.lines();
    // Only programs that run as the command's own user may complain of the library.
    expect(lines.at(-1)).toBe('ran');
    expect(lines.join('\n')).not.toMatch(/bwrap|setpriv/);
  });
}
