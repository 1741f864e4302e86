// `npm run check`: types, lint, format, imports and dead code. Runs all of them, then says which failed.
import { spawnSync } from 'node:child_process';

const checks = [
  ['types', 'tsc', ['-p', '.']],
  ['types of the console', 'tsc', ['-p', 'console']],
  ['lint', 'oxlint', ['--quiet']],
  ['format', 'biome', ['check', '.']],
  ['imports', 'vitest', ['run', 'testkit/architecture']],
  ['dead code', 'knip', ['--no-progress']],
];

const failed = [];
for (const [name, command, args] of checks) {
  process.stdout.write(`\n— ${name}: ${command} ${args.join(' ')}\n`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? '\nall checks passed\n' : `\nfailed: ${failed.join(', ')}\n`);
process.exit(failed.length === 0 ? 0 : 1);
