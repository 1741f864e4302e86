#!/usr/bin/env node
// Plain JavaScript on purpose: it must run, and explain itself, on any Node from 20 up.
// It turns the compile cache on and hands over to the command line. Only when the running Node is too old
// does it start a second one (the pinned `node` package), forwarding signals and the exit code.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundled = join(root, 'dist', 'cli.mjs');
const entry = existsSync(join(root, 'src', 'cli', 'main.ts')) ? join(root, 'src', 'cli', 'main.ts') : bundled;
const [major, minor] = process.versions.node.split('.').map(Number);
const fromSources = entry !== bundled;
const isEnough = fromSources ? major >= 24 : major > 22 || (major === 22 && minor >= 14);

if (isEnough) {
  module.enableCompileCache?.();
  await import(pathToFileURL(entry).href);
} else {
  await startSecondNode();
}

async function startSecondNode() {
  const { spawn } = await import('node:child_process');
  let node;
  try {
    const packageFolder = dirname(module.createRequire(import.meta.url).resolve('node/package.json'));
    node = join(packageFolder, 'bin', 'node');
    if (!existsSync(node)) throw new Error('the binary is missing');
  } catch {
    process.stderr.write(
      `pipewright needs Node ${fromSources ? '24' : '22.14'} or newer; this is ${process.version}.\n` +
        'Install a newer Node, or let npm bring one: npm ci (and, if install scripts are off,\n' +
        'npm install-scripts approve node && npm rebuild node).\n',
    );
    process.exit(2);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}
