import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Import, importsOf, isAllowed, readImportRules, ruleOf } from './import-rules.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const rules = readImportRules(readFileSync(`${root}/ARCHITECTURE.md`, 'utf8'));
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src', 'console/src'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.tsx?$/.test(file) && !isTestFile(file));
const imports = files.flatMap((file) => importsOf(root, file));

/** Tests, and what only tests use: `*.test-support.ts` and folders called `test`. */
function isTestFile(file: string): boolean {
  return /\.test(-support)?\.|\/test\//.test(file);
}

it('sees the code', () => {
  expect(rules.length).toBeGreaterThanOrEqual(9);
  expect(files.length).toBeGreaterThan(200);
  expect(imports.length).toBeGreaterThan(files.length);
});

it('finds only imports that the table of ARCHITECTURE.md allows', () => {
  const refused = imports
    .filter((one) => {
      const rule = ruleOf(rules, one.from);
      return rule === undefined || !isAllowed(rule, one);
    })
    .map(({ from, to, typeOnly }) => `${from} → ${typeOnly ? 'type ' : ''}${to}`);
  expect(refused).toEqual([]);
});

it('uses nothing that is there for tests', () => {
  expect(imports.filter(({ to }) => isTestFile(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

it('ships every package that the server loads', () => {
  const { dependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const missing = imports
    .filter(({ from, to, typeOnly }) => !typeOnly && to.startsWith('npm:') && /^src\/(?!cli\/)/.test(from))
    .filter(({ to }) => dependencies[to.slice('npm:'.length)] === undefined)
    .map(({ from, to }) => `${from} → ${to}`);
  expect(missing).toEqual([]);
});

it('has no circles between the rooms', () => {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [a, b] = [roomOf(from), roomOf(to)];
    if (a && b && a !== b) edges.set(a, (edges.get(a) ?? new Set()).add(b));
  }
  expect(edges.size).toBeGreaterThan(0);
  expect(findCircle(edges)).toBeUndefined();
});

it('would refuse what the table does not name', () => {
  const rule = ruleOf(rules, 'src/kernel/ids.ts');
  const wrong: Import = { from: 'src/kernel/ids.ts', to: 'src/services/s3/index.ts', typeOnly: true };
  expect(rule && isAllowed(rule, wrong)).toBe(false);
  const inside: Import = {
    from: 'src/services/s3/tasks.ts',
    to: 'src/services/iam/tables.ts',
    typeOnly: true,
  };
  expect(isAllowed(ruleOf(rules, inside.from) as NonNullable<ReturnType<typeof ruleOf>>, inside)).toBe(false);
});

function roomOf(file: string): string | undefined {
  return /^src\/services\/([^/]+)\//.exec(file)?.[1];
}

function findCircle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return undefined;
}
