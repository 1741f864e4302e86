// `npm run build`: the console into dist/console and, with `--bundle` (as `npm pack` does), the server into dist/*.mjs.
// The bundle exists because Node strips no types below node_modules.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = process.env.PIPEWRIGHT_DIST ?? join(root, 'dist');

function buildConsole() {
  const target = join(dist, 'console');
  const args = [
    'run',
    'build',
    '--workspace',
    'console',
    '--',
    '--outDir',
    target,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

async function bundleServer() {
  const { build } = await import('esbuild');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    entryPoints: {
      cli: join(root, 'src/cli/main.ts'),
      runner: join(root, 'src/kernel/runner/main.ts'),
    },
    outdir: dist,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.14',
    external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
    sourcemap: false,
    legalComments: 'linked',
    // CommonJS packages inside the bundle (the SDK's) call require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  // The models are inside the bundle; their licence and notice lie beside it.
  mkdirSync(join(dist, 'models'), { recursive: true });
  for (const file of ['LICENSE.txt', 'NOTICE']) {
    cpSync(join(root, 'src/wire/models/generated', file), join(dist, 'models', file));
  }
}

const wantsBundle = process.argv.includes('--bundle');
// `prepare` also runs where only the dependencies were installed; there is nothing to build with then.
const canBuild =
  existsSync(join(root, 'node_modules/vite')) || existsSync(join(root, 'console/node_modules/vite'));
const skipsConsole = Boolean(process.env.PIPEWRIGHT_SKIP_CONSOLE);
if (process.argv.includes('--if-possible') && (!canBuild || skipsConsole)) process.exit(0);
if (wantsBundle) rmSync(dist, { recursive: true, force: true });
if (!skipsConsole) buildConsole();
if (wantsBundle) await bundleServer();
