import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, type YAMLMap } from 'yaml';
import type { Finding } from '../finding.ts';
import { openYaml } from '../yaml-text.ts';

/** Walks a YAML document and collects what is wrong, each with its place. */
export interface SpecReader {
  readonly root: unknown;
  readonly findings: Finding[];
  /** What an alias stands for; any other node as it is. */
  resolve(node: unknown): unknown;
  report(
    at: unknown,
    path: string,
    message: string,
    options?: { readonly hint?: string; readonly severity?: 'error' | 'warning' },
  ): void;
}

export interface Entry {
  readonly key: string;
  readonly keyNode: unknown;
  readonly value: unknown;
}

const MAX_BYTES = 256 * 1024;
const MAX_ALIASES = 100;
const MAX_FINDINGS = 100;

export function openSpec(text: string, file: string): SpecReader {
  const findings: Finding[] = [];
  const { document, problems, place } = openYaml(text, 'the file', MAX_BYTES);
  const counts = { error: 0, warning: 0 };
  const add = (
    offset: number,
    path: string,
    message: string,
    severity: 'error' | 'warning',
    hint?: string,
  ) => {
    // Each kind by itself: no number of warnings hides an error.
    if (++counts[severity] > MAX_FINDINGS) return;
    findings.push({
      severity,
      file,
      ...place(offset),
      path,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  for (const { offset, message } of problems) add(offset, '', message, 'error');
  let root: unknown = document?.contents;
  if (document && !resolvable(() => document.toJS({ maxAliasCount: MAX_ALIASES }))) {
    add(0, '', `the file uses more than ${MAX_ALIASES} aliases, or unknown ones`, 'error');
    root = undefined;
  }
  return {
    root,
    findings,
    resolve: (node) => (isAlias(node) && document ? node.resolve(document) : node),
    report: (at, path, message, options = {}) =>
      add(offsetOf(at), path, message, options.severity ?? 'error', options.hint),
  };
}

/** The entries of a map; reports anything else. Missing (`null`) is an empty map. */
export function entriesOf(reader: SpecReader, given: unknown, path: string): readonly Entry[] {
  const node = reader.resolve(given);
  if (isNothing(node)) return [];
  if (!isMap(node)) {
    reader.report(node, path, `${path || 'the document'} must be a map, not ${kindOf(node)}`);
    return [];
  }
  return (node as YAMLMap<ParsedNode, ParsedNode | null>).items.map((pair) => ({
    key: isScalar(pair.key) ? String(pair.key.value) : '',
    keyNode: pair.key,
    value: pair.value ?? pair.key,
  }));
}

/** The items of a list; reports anything else. Missing (`null`) is an empty list. */
export function itemsOf(reader: SpecReader, given: unknown, path: string): readonly unknown[] {
  const node = reader.resolve(given);
  if (isNothing(node)) return [];
  if (isSeq(node)) return node.items;
  reader.report(node, path, `${path} must be a list, not ${kindOf(node)}`);
  return [];
}

/** Text of a scalar as it stands in the file, so that `0644` stays `0644`; reports anything else. */
export function textOf(reader: SpecReader, given: unknown, path: string): string | undefined {
  const node = reader.resolve(given);
  if (isScalar(node) && node.value !== null && typeof node.value !== 'boolean') {
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }
  reader.report(node, path, `${path} must be text, not ${kindOf(node)}`);
  return undefined;
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function kindOf(node: unknown): string {
  if (isNothing(node)) return 'nothing';
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return 'something else';
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
}

function offsetOf(node: unknown): number {
  return (node as Node | undefined)?.range?.[0] ?? 0;
}

function resolvable(resolve: () => unknown): boolean {
  try {
    resolve();
    return true;
  } catch {
    return false;
  }
}
