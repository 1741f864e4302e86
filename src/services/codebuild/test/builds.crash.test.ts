import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLives } from '../../../../testkit/crash/lives.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');

const WELL = {
  builds: 1,
  status: 'SUCCEEDED',
  phases: [
    'SUBMITTED SUCCEEDED',
    'QUEUED SUCCEEDED',
    'PROVISIONING SUCCEEDED',
    'DOWNLOAD_SOURCE SUCCEEDED',
    'INSTALL SUCCEEDED',
    'PRE_BUILD SUCCEEDED',
    'BUILD SUCCEEDED',
    'POST_BUILD SUCCEEDED',
    'UPLOAD_ARTIFACTS SUCCEEDED',
    'FINALIZING SUCCEEDED',
    'COMPLETED ',
  ],
  exported: [{ name: 'RAN', value: '1' }],
  reports: 1,
  zip: true,
  built: 1,
  left: false,
};

describe.each(['sqlite', 'postgres'] as const)(
  'a server that is killed at every failpoint of a build (%s)',
  (dialect) => {
    /** The failpoints that a build comes by, each time that it does. */
    async function failpoints(): Promise<readonly string[]> {
      await using place = await openLives(dialect, CHILD);
      const { out, err, hits } = await place.live();
      expect(JSON.parse(out), err).toEqual(WELL);
      const counts = new Map<string, number>();
      return hits
        .filter((name) => name.includes('codebuild'))
        .map((name) => {
          const count = (counts.get(name) ?? 0) + 1;
          counts.set(name, count);
          return `${name}#${count}`;
        });
    }

    test('ends in the same state, and no command runs twice', async () => {
      const names = await failpoints();
      expect(names.length).toBeGreaterThan(15);
      let killed = 0;
      for (const name of names) {
        await using place = await openLives(dialect, CHILD);
        const first = await place.live(name);
        if (first.signal === 'SIGKILL') killed++;
        const { out, err } = await place.live();
        expect(JSON.parse(out), `${name} ${err}`).toEqual(WELL);
      }
      // How reports fall into batches differs from run to run, so a few late ones may never be hit.
      expect(killed).toBeGreaterThan(names.length / 2);
    });
  },
);
