import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveConfiguration } from './variables.ts';

const scope = (value: string) => ({ Src: { CommitMessage: value } });
const isJson = (key: string) => key === 'EnvironmentVariables';
const environment = (value: string) => JSON.stringify([{ name: 'MESSAGE', value, type: 'PLAINTEXT' }]);

/** Control characters, quotes and halves of characters included. */
const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)))
  .map((codes) => String.fromCharCode(...codes));

test('a value keeps its meaning inside JSON, whatever it holds (B2.1, B2.4)', () => {
  fc.assert(
    fc.property(anyText, (message) => {
      const { values, unresolved } = resolveConfiguration(
        { EnvironmentVariables: environment('at #{Src.CommitMessage}.') },
        scope(message),
        isJson,
      );
      expect(unresolved).toEqual([]);
      expect(JSON.parse(values['EnvironmentVariables'] ?? '')).toEqual([
        { name: 'MESSAGE', value: `at ${message}.`, type: 'PLAINTEXT' },
      ]);
    }),
  );
});

test('nobody adds a variable of their own by what they write into a commit message', () => {
  const message = 'x"},{"name":"LD_PRELOAD","value":"./evil.so';
  const { values } = resolveConfiguration(
    { EnvironmentVariables: environment('#{Src.CommitMessage}') },
    scope(message),
    isJson,
  );
  expect(JSON.parse(values['EnvironmentVariables'] ?? '')).toHaveLength(1);
});

test('other keys take a value as it is, and JSON may come from a variable as a whole', () => {
  const whole = environment('v');
  const { values } = resolveConfiguration(
    { ProjectName: 'say "#{Src.CommitMessage}"', EnvironmentVariables: '#{Src.CommitMessage}' },
    scope(whole),
    isJson,
  );
  expect(values).toEqual({ ProjectName: `say "${whole}"`, EnvironmentVariables: whole });
});

test('a value is not looked into again, and what is unknown is named once (B2.1)', () => {
  const { values, unresolved } = resolveConfiguration(
    { A: '#{Src.CommitMessage} #{Src.Nope} #{Src.Nope}', B: '#{Src.__proto__}' },
    scope('#{Src.Nope}'),
  );
  expect(values['A']).toBe('#{Src.Nope} #{Src.Nope} #{Src.Nope}');
  expect(unresolved).toEqual(['#{Src.Nope}', '#{Src.__proto__}']);
});
