import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('links between pages lead to files and headings that are there', () => {
  const broken: string[] = [];
  for (const page of tracked.filter((file) => file.endsWith('.md'))) {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^()\s]+)\)/g)) {
      const [path = '', heading] = target.split('#');
      const file = relative(root, join(root, dirname(page), path));
      const there = existsSync(join(root, file));
      if (!there || (heading !== undefined && !anchors(read(file)).includes(heading)))
        broken.push(`${page}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('decision records are numbered one after another, and say since when they hold', () => {
  const records = readdirSync(join(root, 'docs/adr')).filter((name) => name !== '0000-template.md');
  records.forEach((name, n) => {
    const number = String(n + 1).padStart(4, '0');
    expect(name).toMatch(new RegExp(`^${number}-[a-z0-9-]+\\.md$`));
    expect(read(`docs/adr/${name}`)).toMatch(
      new RegExp(`^# ${number}\\. .+\\n\\nStatus: [a-z ]+, \\d{4}-\\d\\d-\\d\\d\\n\\n## Context\\n`),
    );
  });
});

describe('every room is furnished', () => {
  const rooms = readdirSync(join(root, 'src/services'));
  const house = read('src/server/rooms.ts');
  const steps = read('src/server/migrations.ts');
  test.each(rooms)('%s', (room) => {
    const files = readdirSync(join(root, 'src/services', room));
    expect(files).toEqual(expect.arrayContaining(['README.md', 'index.ts', 'operations']));
    expect(house).toContain(`'../services/${room}/index.ts'`);
    if (files.includes('tables.ts')) expect(steps).toContain(`'../services/${room}/tables.ts'`);
  });
});
