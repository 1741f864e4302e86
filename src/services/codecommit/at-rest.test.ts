import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_REGION, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { AFTER_BACKUP_MS, beginBackup } from '../../kernel/keeping.ts';
import { openCodeCommit } from './codecommit.test-support.ts';

const app = { repositoryName: 'app' };
const file = { ...app, branchName: 'main', filePath: 'a.txt', fileContent: Buffer.from('a') };

describeEachDatabase('a repository that is backed up', (newPlace) => {
  async function open() {
    const place = await newPlace();
    const kernel = await place.openKernel();
    const opened = await openCodeCommit(kernel);
    const made = await opened.call('CreateRepository', app);
    const { repositoryId: id } = made['repositoryMetadata'] as { repositoryId: string };
    const folder = join(kernel.dataDir, 'git', TEST_ACCOUNT, TEST_REGION, `${id}.git`);
    return { ...opened, kernel, id, folder, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
  }

  it('is at rest: what would move its refs or files waits', async () => {
    await using at = await open();
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const { promise: still, resolve: isStill } = Promise.withResolvers<void>();
    const order: string[] = [];
    const resting = at.room.atRest(at.id, async () => {
      isStill();
      await gate;
      order.push('copied');
    });
    await still;
    const written = at.call('PutFile', file).then(() => order.push('written'));
    await at.kernel.database.transaction((tx) =>
      at.kernel.tasks.enqueue(tx, TEST_SCOPE, {
        kind: 'codecommit.maintain',
        key: 'test',
        payload: { id: at.id },
      }),
    );
    try {
      // Whoever did not wait would be done before the same has been done elsewhere, several times.
      for (const repositoryName of ['one', 'two', 'three']) {
        await at.call('CreateRepository', { repositoryName });
        await at.call('PutFile', { ...file, repositoryName });
      }
      expect(await at.room.branchHead(TEST_SCOPE, 'app', 'main')).toBeUndefined();
    } finally {
      openGate();
    }
    await Promise.all([resting, written]);
    await at.kernel.tasks.idle();
    expect(order).toEqual(['copied', 'written']);
    expect(await at.room.branchHead(TEST_SCOPE, 'app', 'main')).toBeDefined();
  });

  it('keeps its files until the backup is done when it is deleted meanwhile', async () => {
    await using at = await open();
    const backup = await beginBackup(at.kernel.database);
    await at.call('DeleteRepository', app);
    await at.kernel.tasks.idle();
    expect(existsSync(at.folder)).toBe(true);
    at.kernel.clock.advance(AFTER_BACKUP_MS);
    await at.kernel.tasks.idle();
    expect(existsSync(at.folder)).toBe(true);
    await backup?.end();
    at.kernel.clock.advance(AFTER_BACKUP_MS);
    await at.kernel.tasks.idle();
    expect(existsSync(at.folder)).toBe(false);
  });
});
