import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker, maskText } from './masker.ts';

const through = (values: readonly string[], pieces: readonly string[]) => {
  const masker = createMasker(values);
  return pieces.map((piece) => masker.push(piece)).join('') + masker.flush();
};

test.each([
  ['whole', ['hunter2'], ['the password is hunter2!\n'], 'the password is ***!\n'],
  ['cut in two', ['hunter2'], ['the password is hun', 'ter2!\n'], 'the password is ***!\n'],
  ['cut into characters', ['hunter2'], [...'a hunter2 b'], 'a *** b'],
  ['a beginning only', ['hunter2'], ['hunt', 'er1'], 'hunter1'],
  ['a beginning at the end', ['hunter2'], ['say hunt'], 'say hunt'],
  ['one inside the other', ['abc', 'abcdef'], ['abc', 'def abc'], '*** ***'],
  ['overlapping', ['xab', 'abc'], ['1xab', 'c2'], '1***2'],
  ['repeating itself', ['aaaa'], ['aaaaa', 'aaa', 'b'], '***b'],
  ['lines of a key', ['BEGIN\nq1w2e3\n}\nEND.'], ['BEGIN\nq1w2e3\n}\nEND.\n'], '***\n***\n}\n***\n'],
  ['empty values', ['', '\n'], ['ab'], 'ab'],
])('%s', (_, values, pieces, expected) => {
  expect(through(values, pieces)).toBe(expected);
});

const letters = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength });

test('however a text is cut, the outcome is the same', () => {
  const values = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(values, fc.array(letters(9)), (secrets, pieces) => {
      expect(through(secrets, pieces)).toBe(maskText(secrets, pieces.join('')));
    }),
    { numRuns: 2000 },
  );
});

test('no value is left standing, and what is not part of one stays', () => {
  fc.assert(
    fc.property(fc.array(letters(4)), letters(40), (values, text) => {
      const secrets = values.filter((value) => value !== '' && !value.includes('\n'));
      const inside = [...text].map((_, at) =>
        secrets.some((secret) => {
          for (let from = Math.max(0, at - secret.length + 1); from <= at; from++)
            if (text.startsWith(secret, from)) return true;
          return false;
        }),
      );
      const masked = maskText(secrets, text);
      expect(masked.replaceAll('***', '')).toBe([...text].filter((_, at) => !inside[at]).join(''));
    }),
    { numRuns: 2000 },
  );
});

test('memory stays bounded by the longest value', () => {
  const masker = createMasker(['aaaa']);
  let given = '';
  for (let i = 0; i < 2000; i++) given += masker.push('a'.repeat(1000));
  expect(given + masker.flush()).toBe('***');
});
