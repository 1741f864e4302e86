import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildServer, openBuildServer, zipOf } from '../C01-buildspec/build-client.ts';

describe('A3 archives that mean ill, as the source of a build', () => {
  let server: BuildServer;
  beforeAll(async () => {
    server = await openBuildServer();
    await server.s3.send(new CreateBucketCommand({ Bucket: 'sources' }));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const buildOf = async (name: string, zip: Buffer) => {
    await server.s3.send(new PutObjectCommand({ Bucket: 'sources', Key: `${name}.zip`, Body: zip }));
    await server.makeProject(name, '', {
      source: {
        type: 'S3',
        location: `sources/${name}.zip`,
        buildspec: 'version: 0.2\nphases: {build: {commands: [ls]}}\n',
      },
    });
    const build = await server.run(name);
    const download = build.phases?.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE');
    return { status: build.buildStatus, ...download?.contexts?.[0], phases: build.phases };
  };
  /** Members get their real names only here: no tool would write them. */
  const renamed = (zip: Buffer, from: string, to: string) =>
    Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');

  it('a bomb is stopped by its real size', async () => {
    const zip = await zipOf({ zeros: '\0'.repeat(70 * 2 ** 20) });
    expect(zip.length).toBeLessThan(2 ** 20);
    expect(await buildOf('bomb', zip)).toMatchObject({
      status: 'FAILED',
      statusCode: 'CLIENT_ERROR',
      message: expect.stringContaining('times its size'),
    });
  });

  it.each([
    ['up', 'xx/evil', '../evil'],
    ['absolute', 'xtmp/evil', '/tmp/evil'],
    ['backslash', 'xx/evil', '..\\evil'],
  ])('a member that leads %s is refused, and nothing is written outside', async (name, from, to) => {
    const zip = renamed(await zipOf({ 'good.txt': 'good', [from]: 'evil' }), from, to);
    const { status, statusCode, phases } = await buildOf(name, zip);
    expect([status, statusCode]).toEqual(['FAILED', 'CLIENT_ERROR']);
    expect(phases?.some(({ phaseType }) => phaseType === 'BUILD')).toBe(false);
    expect(existsSync('/tmp/evil')).toBe(false);
    expect(existsSync(join(server.dataDir, 'evil'))).toBe(false);
  });

  it('what is no zip, or one cut off, is said to be so', async () => {
    const zip = await zipOf({ 'a.txt': 'a'.repeat(1000) });
    for (const [name, bytes] of [
      ['text', Buffer.from('this is no archive')],
      ['torn', zip.subarray(0, zip.length / 2)],
      ['empty', Buffer.alloc(0)],
    ] as const) {
      expect(await buildOf(name, bytes)).toMatchObject({
        status: 'FAILED',
        statusCode: 'CLIENT_ERROR',
        message: expect.stringContaining(`sources/${name}.zip is not a usable zip`),
      });
    }
  });
});
