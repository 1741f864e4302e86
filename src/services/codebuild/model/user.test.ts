import { expect, test } from 'vitest';
import { parseBuildspec } from './buildspec/parse.ts';
import { chooseUser } from './user.ts';

function choose(spec: object) {
  const parsed = parseBuildspec(JSON.stringify({ version: 0.2, ...spec }), 'f');
  if (parsed.kind === 'bad') throw new Error(JSON.stringify(parsed.findings));
  return chooseUser(parsed.spec);
}
const commands = ['true'];

test('run-as at the top, in every phase, or root: one user', () => {
  expect(choose({ phases: { build: { commands } } })).toEqual({ kind: 'default' });
  expect(choose({ 'run-as': 'root', phases: { build: { commands } } })).toEqual({ kind: 'default' });
  expect(choose({ 'run-as': 'ada', phases: { build: { commands } } })).toEqual({ kind: 'user', name: 'ada' });
  expect(choose({ 'run-as': 'ada', phases: { build: { commands, 'run-as': 'root' } } })).toEqual({
    kind: 'default',
  });
  const phases = {
    install: { 'runtime-versions': { nodejs: 22 } },
    pre_build: { commands, 'run-as': 'ada' },
    build: { finally: commands, 'run-as': 'ada' },
  };
  expect(choose({ phases })).toEqual({ kind: 'user', name: 'ada' });
});

test('phases that do not agree are refused, each named', () => {
  expect(choose({ phases: { install: { commands }, build: { commands, 'run-as': 'ada' } } })).toEqual({
    kind: 'refused',
    message:
      'run-as: all phases of a build run as one user here, but this one has install as the user of the sandbox, build as ada',
  });
});
