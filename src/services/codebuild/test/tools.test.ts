import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildHouse, openBuildHouse } from './build-house.ts';

/** C2.1: builds use the tools of this machine, and find the Node that runs the server wherever it lies. */
describe.each(['process', 'bubblewrap'] as const)('tools of a build (%s)', (driver) => {
  let house: BuildHouse;
  let folder: string;
  const before = process.env['PATH'];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tools-'));
    chmodSync(folder, 0o755);
    house = await openBuildHouse({ driver, deps: { mounts: [folder] } });
    await house.makeRole();
  });
  afterAll(async () => {
    await house[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });
  const output = async (name: string, commands: readonly string[]) => {
    await house.makeProject(name, { version: 0.2, phases: { build: { commands } } });
    const build = await house.ended(await house.start(name));
    return { build, lines: await house.output(build) };
  };

  test('without any Node of the system there is the server’s own', async () => {
    process.env['PATH'] = '/usr/bin:/bin';
    try {
      const path = '$(echo "$PATH" | tr : "\\n" | tail -n 1)';
      const { lines, build } = await output('node', [
        `test -x ${path}/node`,
        `${path}/node -p "process.version + process.argv.length"`,
        `touch ${path}/written 2>/dev/null || echo read-only`,
      ]);
      expect(build.buildStatus, lines.join('\n')).toBe('SUCCEEDED');
      expect(lines).toEqual([`${process.version}1`, 'read-only']);
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('the machine’s aws is told of this server, whatever its version', async () => {
    const bin = join(folder, 'old', 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'aws'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    process.env['PATH'] = `${bin}:/usr/bin:/bin`;
    try {
      const { lines } = await output('aws', ['aws s3 ls', 'echo "--endpoint-url $AWS_ENDPOINT_URL s3 ls"']);
      expect(lines).toEqual([lines[1], expect.stringMatching(/^--endpoint-url http\S+ s3 ls$/)]);
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('folders that the settings name are there, read-only', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    cpSync('/bin/echo', join(bin, 'my-echo'));
    const { lines } = await output('mounts', [
      `${bin}/my-echo mounted`,
      `touch ${folder}/written 2>/dev/null || echo read-only`,
    ]);
    expect(lines).toEqual(['mounted', 'read-only']);
  });
});
