import { expect, test } from 'vitest';
import { parseAppSpec } from './index.ts';

const good = `version: 0.0
os: linux
files:
  - {source: /index.html, destination: /var/www/html/}
  - source: /
    destination: /opt/app
file_exists_behavior: OVERWRITE
permissions:
  - {object: /home/app/manage.py, owner: app, mode: "644", type: [file]}
  - object: /opt/app
    pattern: "*.sh"
    except: [private.sh]
    mode: 0755
hooks:
  ApplicationStop:
    - {location: scripts/stop_server, timeout: 300, runas: root}
  ValidateService:
    - location: scripts/a
    - location: ./scripts/b
`;

test('reads the format of the catalogue (D1)', () => {
  const { appSpec, findings } = parseAppSpec(good);
  expect(findings).toEqual([]);
  expect(appSpec).toEqual({
    os: 'linux',
    files: [
      { source: 'index.html', destination: '/var/www/html' },
      { source: '', destination: '/opt/app' },
    ],
    fileExistsBehavior: 'OVERWRITE',
    permissions: [
      {
        object: '/home/app/manage.py',
        pattern: '**',
        except: [],
        types: ['file'],
        owner: 'app',
        group: undefined,
        mode: 0o644,
      },
      {
        object: '/opt/app',
        pattern: '*.sh',
        except: ['private.sh'],
        types: ['file', 'directory'],
        owner: undefined,
        group: undefined,
        mode: 0o755,
      },
    ],
    hooks: {
      ApplicationStop: [{ location: 'scripts/stop_server', timeoutSeconds: 300, runas: 'root' }],
      ValidateService: [
        { location: 'scripts/a', timeoutSeconds: 3600, runas: undefined },
        { location: 'scripts/b', timeoutSeconds: 3600, runas: undefined },
      ],
    },
  });
});

test('reports every error at once with line and column', () => {
  const { appSpec, findings } = parseAppSpec(`version: 1
files:
  - source: ../secret
    destination: relative/path
  - destination: /a
hooks:
  BeforeInstal:
    - location: a
  Install:
    - location: a
  AfterInstall:
    - timeout: 0
    - location: ../../bin/sh
      timeout: 9999
file_exists_behavior: MAYBE
permissions:
  - {object: /x, mode: 999, acls: [u:me:rw]}
`);
  expect(appSpec).toBeUndefined();
  expect(findings.map((f) => `${f.line}:${f.column} ${f.path}`)).toEqual([
    '1:1 os',
    '1:10 version',
    '3:13 files[0].source',
    '4:18 files[0].destination',
    '5:5 files[1]',
    '7:3 hooks.BeforeInstal',
    '9:3 hooks.Install',
    '12:7 hooks.AfterInstall[0]',
    '12:16 hooks.AfterInstall[0].timeout',
    '13:17 hooks.AfterInstall[1].location',
    '14:16 hooks.AfterInstall[1].timeout',
    '15:23 file_exists_behavior',
    '17:24 permissions[0].mode',
    '17:29 permissions[0].acls',
  ]);
});

test('the timeouts of one event may come to one hour together', () => {
  const { findings } = parseAppSpec(
    'version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - {location: a, timeout: 3000}\n    - {location: b, timeout: 601}\n',
  );
  expect(findings.map((f) => f.message)).toEqual([
    'the timeouts of one event come to 3601 s, more than 3600 s',
  ]);
});

test.each([
  ['not YAML', 'version: 0.0\nos: [linux\n'],
  ['a list', '- a\n- b\n'],
  ['empty', ''],
  ['a tab', 'version: 0.0\n\tos: linux\n'],
  ['another platform', 'version: 0.0\nos: linux\nResources: []\n'],
  ['a key twice', 'version: 0.0\nos: linux\nos: linux\n'],
  ['too large', `version: 0.0\nos: linux\n# ${'x'.repeat(300_000)}\n`],
])('%s is refused, not thrown', (_, text) => {
  const { appSpec, findings } = parseAppSpec(text);
  expect(appSpec).toBeUndefined();
  expect(findings[0]?.severity).toBe('error');
  expect(findings[0]?.line).toBeGreaterThan(0);
});

test('aliases cannot blow up', () => {
  const bomb = ['a0: &a0 [x, x]'];
  for (let n = 1; n < 30; n++) bomb.push(`a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`);
  expect(parseAppSpec(bomb.join('\n')).appSpec).toBeUndefined();
});

test('unknown keys warn and do not stop a deployment', () => {
  const { appSpec, findings } = parseAppSpec('version: 0.0\nos: linux\nfoo: 1\n');
  expect(appSpec).toBeDefined();
  expect(findings).toMatchObject([{ severity: 'warning', line: 3, column: 1, path: 'foo' }]);
});

test('findings are bounded, and no number of warnings hides an error', () => {
  const unknown = Array.from({ length: 5_000 }, (_, n) => `k${n}: 1\n`).join('');
  const { appSpec, findings } = parseAppSpec(`version: 0.0\nos: linux\n${unknown}files: 7\n`);
  expect(appSpec).toBeUndefined();
  expect(findings).toHaveLength(101);
  expect(findings.at(-1)).toMatchObject({ severity: 'error', path: 'files' });
});
