import { BlockList, isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inCidr, parseCidr, parseIp } from './cidr.ts';
import { matchesPattern, parseEventPattern, parseJson } from './index.ts';
import { matchesWildcard, parseWildcard } from './wildcard.ts';

function matches(pattern: unknown, event: unknown): boolean {
  return matchesText(JSON.stringify(pattern), JSON.stringify(event));
}

function matchesText(pattern: string, event: string): boolean {
  const parsed = parseEventPattern(pattern);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('\n'));
  const json = parseJson(event);
  if ('problem' in json) throw new Error(json.problem);
  return matchesPattern(parsed.pattern, json.value);
}

function problems(pattern: unknown): readonly string[] {
  const parsed = parseEventPattern(typeof pattern === 'string' ? pattern : JSON.stringify(pattern));
  return parsed.kind === 'invalid' ? parsed.problems : [];
}

const push = {
  source: 'aws.codecommit',
  'detail-type': 'CodeCommit Repository State Change',
  resources: ['arn:aws:codecommit:us-east-1:111111111111:app'],
  detail: { event: 'referenceCreated', referenceType: 'branch', referenceName: 'main' },
};

describe('A5.4 pattern semantics', () => {
  it('matches the rule that the CDK synthesises for a CodeCommit source', () => {
    const rule = {
      source: ['aws.codecommit'],
      resources: ['arn:aws:codecommit:us-east-1:111111111111:app'],
      'detail-type': ['CodeCommit Repository State Change'],
      detail: { event: ['referenceCreated', 'referenceUpdated'], referenceName: ['main'] },
    };
    expect(matches(rule, push)).toBe(true);
    expect(matches(rule, { ...push, resources: ['arn:other'] })).toBe(false);
    expect(matches(rule, { ...push, detail: { ...push.detail, event: 'referenceDeleted' } })).toBe(false);
    expect(matches(rule, { ...push, detail: 'none' })).toBe(false);
  });

  it.each([
    // pattern of field a, value of a, whether they match
    [['x'], 'x', true],
    [['x'], 'X', false],
    [['x', 'y'], 'y', true],
    [[null], null, true],
    [[null], '', false],
    [[''], '', true],
    [[true], true, true],
    [[true], 'true', false],
    [[1], 1, true],
    [[1], '1', false],
    [['x'], ['q', 'x'], true],
    [['x'], ['q'], false],
    [['x'], [['x']], true],
    [[{ prefix: 'us-' }], 'us-east-1', true],
    [[{ prefix: 'us-' }], 'eu-us-1', false],
    [[{ prefix: 'us-' }], 5, false],
    [[{ prefix: { 'equals-ignore-case': 'US-' } }], 'us-x', true],
    [[{ suffix: '.png' }], 'a.png', true],
    [[{ suffix: '.png' }], 'a.PNG', false],
    [[{ suffix: { 'equals-ignore-case': '.png' } }], 'a.PNG', true],
    [[{ 'equals-ignore-case': 'alice' }], 'ALICE', true],
    [[{ 'equals-ignore-case': 'alice' }], 'alicex', false],
    [[{ 'anything-but': 'x' }], 'y', true],
    [[{ 'anything-but': 'x' }], 'x', false],
    [[{ 'anything-but': 'x' }], ['x', 'y'], true],
    [[{ 'anything-but': ['x', 'y'] }], 'y', false],
    [[{ 'anything-but': [1, 2] }], 3, true],
    [[{ 'anything-but': [1, 2] }], 2, false],
    [[{ 'anything-but': { prefix: 'init' } }], 'initializing', false],
    [[{ 'anything-but': { prefix: ['a', 'b'] } }], 'cx', true],
    [[{ 'anything-but': { suffix: '.txt' } }], 'a.png', true],
    [[{ 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }], 'B', false],
    [[{ 'anything-but': { wildcard: '*/lib/*' } }], 'a/lib/b', false],
    [[{ 'anything-but': { wildcard: '*/lib/*' } }], 'a/b', true],
    [[{ numeric: ['=', 100] }], 100, true],
    [[{ numeric: ['>', 0, '<=', 5] }], 5, true],
    [[{ numeric: ['>', 0, '<=', 5] }], 0, false],
    [[{ numeric: ['<', 10] }], '5', false],
    [[{ cidr: '10.0.0.0/24' }], '10.0.0.77', true],
    [[{ cidr: '10.0.0.0/24' }], '10.0.1.1', false],
    [[{ cidr: '2001:db8::/32' }], '2001:db8::1', true],
    [[{ cidr: '10.0.0.0/24' }], 'host', false],
    [[{ wildcard: 'dir/*.txt' }], 'dir/a/b.txt', true],
    [[{ wildcard: 'a\\*b' }], 'a*b', true],
    [[{ wildcard: 'a\\*b' }], 'axb', false],
    [[{ exists: true }], 'x', true],
    [[{ exists: true }], null, true],
    [[{ exists: true }], { b: 1 }, false],
    [[{ exists: true }], [], false],
    [[{ exists: false }], 'x', false],
    [[{ exists: false }], { b: 1 }, true],
    [['x', { prefix: 'q' }], 'qq', true],
  ])('%j and %j: %s', (pattern, value, expected) => {
    expect(matches({ a: pattern }, { a: value })).toBe(expected);
  });

  it('compares plain numbers by how they are written, and numeric by value', () => {
    expect(matchesText('{"a":[300]}', '{"a":300.0}')).toBe(false);
    expect(matchesText('{"a":[3.0e2]}', '{"a":3.0e2}')).toBe(true);
    expect(matchesText('{"a":[{"numeric":["=",300]}]}', '{"a":3.0e2}')).toBe(true);
  });

  it('takes the last of two equal keys', () => {
    expect(matchesText('{"a":["x"],"a":["y"]}', '{"a":"y"}')).toBe(true);
    expect(matchesText('{"a":["x"],"a":["y"]}', '{"a":"x"}')).toBe(false);
  });

  it('finds what does not exist, also below what does not exist', () => {
    const pattern = { a: { b: [{ exists: false }] } };
    expect(matches(pattern, {})).toBe(true);
    expect(matches(pattern, { a: { c: 1 } })).toBe(true);
    expect(matches(pattern, { a: { b: 1 } })).toBe(false);
    expect(matches({ toString: [{ exists: false }] }, {})).toBe(true);
  });

  it('wants all conditions of an object in one element of an array', () => {
    const pattern = { list: { b: [1], c: [2] } };
    expect(matches(pattern, { list: [{ b: 1, c: 2 }] })).toBe(true);
    expect(
      matches(pattern, {
        list: [
          { b: 1, c: 3 },
          { b: 2, c: 2 },
        ],
      }),
    ).toBe(false);
  });

  it('takes one alternative of each $or beside all other fields', () => {
    const pattern = { source: ['s'], $or: [{ a: [1] }, { b: { c: [2] } }] };
    expect(matches(pattern, { source: 's', a: 1 })).toBe(true);
    expect(matches(pattern, { source: 's', b: { c: 2 } })).toBe(true);
    expect(matches(pattern, { source: 's', b: { c: 3 } })).toBe(false);
    expect(matches(pattern, { source: 't', a: 1 })).toBe(false);
    expect(matches({ detail: { $or: [{ a: ['x'] }, { b: ['y'] }] } }, { detail: { b: 'y' } })).toBe(true);
  });

  it('lets an event through that has every leaf of the pattern (property)', () => {
    const leaf = fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.integer());
    const tree: fc.Arbitrary<Record<string, unknown>> = fc.letrec((tie) => ({
      node: fc.dictionary(
        fc.string({ minLength: 1, maxLength: 4 }).filter((key) => !['$or', '__proto__'].includes(key)),
        fc.oneof({ depthSize: 'small' }, leaf, tie('node')),
        { minKeys: 1, maxKeys: 4 },
      ),
    })).node as fc.Arbitrary<Record<string, unknown>>;
    const toPattern = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPattern(each)]))
        : [value];
    fc.assert(
      fc.property(tree, (event) => {
        expect(matches(toPattern(event), { ...event, extra: 'more' })).toBe(true);
        const [name] = Object.keys(event);
        const { [name as string]: _gone, ...rest } = event;
        expect(matches(toPattern(event), rest)).toBe(false);
      }),
    );
  });
});

const or = (n: number) => Array.from({ length: n }, (_, i) => ({ [`f${i}`]: ['x'] }));

describe('what is refused, with its place', () => {
  it.each([
    ['{', /not JSON/],
    ['[]', /must be an object/],
    [{}, /empty object/],
    [{ a: 'x' }, /^a: it must be an object or an array/],
    [{ a: [] }, /^a: an empty array/],
    [{ a: { b: {} } }, /^a\.b: an empty object/],
    [{ a: [['x']] }, /^a\[0\]: a match value/],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, /exactly one key/],
    [{ a: [{ like: 'x' }] }, /unrecognized match type like/],
    [{ a: [{ prefix: 5 }] }, /prefix takes a string/],
    [{ a: [{ exists: 'yes' }] }, /true or false/],
    [{ a: [{ wildcard: 'a**b' }] }, /consecutive/],
    [{ a: [{ wildcard: 'a\\b' }] }, /escape/],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, /CIDR/],
    [{ a: [{ numeric: ['>', 5, '<', 5] }] }, /lower bound must be less/],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }, /lower bound first/],
    [{ a: [{ numeric: ['~', 5] }] }, /operator/],
    [{ a: [{ numeric: ['=', '5'] }] }, /must be a number/],
    [{ a: [{ numeric: ['=', 6e9] }] }, /between/],
    [{ a: [{ 'anything-but': ['x', 1] }] }, /strings only or numbers only/],
    [{ a: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, /anything-but takes/],
    [{ $or: {} }, /\$or takes an array/],
    [{ $or: [] }, /\$or takes an array/],
  ])('%j', (pattern, expected) => {
    const found = problems(pattern);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it('says everything at once', () => {
    expect(problems({ a: [], b: 'x', c: { d: [{ like: 1 }] } })).toHaveLength(3);
  });

  it('refuses more than 1,000 combinations of $or', () => {
    expect(problems({ $or: or(10), a: { $or: or(100) } })).toEqual([]);
    expect(problems({ $or: or(11), a: { $or: or(100) } })[0]).toMatch(/1000 combinations/);
  });

  it('refuses what is nested too deep instead of running out of stack', () => {
    expect(problems(`${'{"a":'.repeat(5000)}["x"]${'}'.repeat(5000)}`)[0]).toMatch(/deeper/);
  });
});

describe('the small machines agree with others', () => {
  it('wildcards with regular expressions', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        const parts = parseWildcard(pattern);
        fc.pre(!('problem' in parts));
        const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(matchesWildcard(parts as readonly string[], value)).toBe(regex.test(value));
      }),
    );
  });

  it('CIDR blocks with the block list of Node', () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(ip, ip, fc.nat(128), (base, other, length) => {
        const bits = isIP(base) === 6 ? 128 : 32;
        const prefix = length % (bits + 1);
        const list = new BlockList();
        list.addSubnet(base, prefix, bits === 128 ? 'ipv6' : 'ipv4');
        const cidr = parseCidr(`${base}/${prefix}`);
        const address = parseIp(other);
        expect(cidr).toBeDefined();
        expect(address).toBeDefined();
        if (!cidr || !address || (isIP(other) === 6 ? 128 : 32) !== bits) return;
        expect(inCidr(cidr, address)).toBe(list.check(other, bits === 128 ? 'ipv6' : 'ipv4'));
      }),
    );
  });

  it('addresses that are none', () => {
    for (const text of ['', '1.2.3', '1.2.3.256', '1:2', ':::', '1::2::3', '1:2:3:4:5:6:7:8:9', 'g::']) {
      expect(parseIp(text)).toBeUndefined();
    }
  });
});
