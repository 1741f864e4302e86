import { suggest } from '../suggest.ts';
import { entriesOf, itemsOf, type SpecReader, textOf } from './reader.ts';
import type { FileMapping, Permission } from './types.ts';

export function parseFiles(reader: SpecReader, node: unknown): readonly FileMapping[] {
  return itemsOf(reader, node, 'files').flatMap((item, index): FileMapping[] => {
    const path = `files[${index}]`;
    let source: string | undefined;
    let destination: string | undefined;
    const seen = new Set<string>();
    for (const { key, keyNode, value } of entriesOf(reader, item, path)) {
      seen.add(key);
      if (key === 'source') source = sourceOf(reader, value, `${path}.source`);
      else if (key === 'destination') destination = absolute(reader, value, `${path}.destination`);
      else unknownKey(reader, keyNode, `${path}.${key}`, 'source, destination');
    }
    for (const key of ['source', 'destination']) {
      if (!seen.has(key)) reader.report(item, path, `${path} has no ${key}`);
    }
    return source === undefined || destination === undefined ? [] : [{ source, destination }];
  });
}

export function parsePermissions(reader: SpecReader, node: unknown): readonly Permission[] {
  return itemsOf(reader, node, 'permissions').flatMap((item, index) =>
    parsePermission(reader, item, `permissions[${index}]`),
  );
}

function parsePermission(reader: SpecReader, item: unknown, path: string): readonly Permission[] {
  let object: string | undefined;
  let hasObject = false;
  const found: { -readonly [K in keyof Permission]: Permission[K] } = {
    object: '',
    pattern: '**',
    except: [],
    types: ['file', 'directory'],
    owner: undefined,
    group: undefined,
    mode: undefined,
  };
  for (const { key, keyNode, value } of entriesOf(reader, item, path)) {
    const at = `${path}.${key}`;
    if (key === 'object') {
      hasObject = true;
      object = absolute(reader, value, at);
    } else if (key === 'pattern') found.pattern = textOf(reader, value, at) ?? '**';
    else if (key === 'except') found.except = texts(reader, value, at);
    else if (key === 'owner' || key === 'group') found[key] = account(reader, value, at);
    else if (key === 'mode') found.mode = modeOf(reader, value, at);
    else if (key === 'type') found.types = typesOf(reader, value, at);
    else if (key === 'acls' || key === 'context') {
      reader.report(keyNode, at, `${key} is not supported`, { hint: 'use owner, group and mode' });
    } else unknownKey(reader, keyNode, at, 'object, pattern, except, owner, group, mode, type');
  }
  if (!hasObject) reader.report(item, path, `${path} has no object`);
  return object === undefined ? [] : [{ ...found, object }];
}

export function unknownKey(reader: SpecReader, at: unknown, path: string, known: string): void {
  const near = suggest(path.split('.').at(-1) as string, known.split(', '));
  reader.report(at, path, `${path} is not known and has no effect`, {
    severity: 'warning',
    hint: near === undefined ? `known: ${known}` : `did you mean ${near}?`,
  });
}

/** A path inside the revision, `/` or empty for all of it. */
export function relativePath(text: string): string | undefined {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || text.includes('\0') ? undefined : parts.join('/');
}

function sourceOf(reader: SpecReader, node: unknown, path: string): string | undefined {
  const text = textOf(reader, node, path);
  const source = text === undefined ? undefined : relativePath(text);
  if (text !== undefined && source === undefined) {
    reader.report(node, path, `${path} leads out of the revision: ${text}`);
  }
  return source;
}

function absolute(reader: SpecReader, node: unknown, path: string): string | undefined {
  const text = textOf(reader, node, path);
  if (text === undefined) return undefined;
  const inner = relativePath(text);
  if (!text.startsWith('/') || inner === undefined) {
    reader.report(node, path, `${path} must be an absolute path without '..', not ${JSON.stringify(text)}`);
    return undefined;
  }
  return `/${inner}`;
}

function texts(reader: SpecReader, node: unknown, path: string): readonly string[] {
  return itemsOf(reader, node, path).flatMap((item, n) => textOf(reader, item, `${path}[${n}]`) ?? []);
}

function account(reader: SpecReader, node: unknown, path: string): string | undefined {
  const name = textOf(reader, node, path);
  if (name === undefined || /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?$/.test(name)) return name;
  reader.report(node, path, `${path} is not a user or group name: ${JSON.stringify(name)}`);
  return undefined;
}

function modeOf(reader: SpecReader, node: unknown, path: string): number | undefined {
  const text = textOf(reader, node, path);
  if (text === undefined) return undefined;
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  reader.report(node, path, `${path} must be one to four octal digits, not ${JSON.stringify(text)}`, {
    hint: 'for example mode: "644"',
  });
  return undefined;
}

function typesOf(reader: SpecReader, node: unknown, path: string): Permission['types'] {
  return itemsOf(reader, node, path).flatMap((item, n): Permission['types'] => {
    const text = textOf(reader, item, `${path}[${n}]`);
    if (text === 'file' || text === 'directory') return [text];
    if (text !== undefined)
      reader.report(item, `${path}[${n}]`, `a type is file or directory, not ${JSON.stringify(text)}`);
    return [];
  });
}
