import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Finding } from '../../../../kernel/errors.ts';
import { suggest } from '../../../../pure/suggest.ts';
import { openYaml, type YamlText } from '../../../../pure/yaml-text.ts';

/** A node of the document and where it stands in it. A key without a value has none. */
export interface Spot {
  readonly node: Node | null;
  readonly path: string;
  /** Where to point when there is no node. */
  readonly offset: number;
}

export interface Entry extends Spot {
  readonly key: string;
  readonly keyOffset: number;
}

const MAX_BYTES = 256 * 1024;
const MAX_NODES = 20_000;
const MAX_FINDINGS = 100;
const MAX_MERGES = 16;

/** Reads a YAML (hence also JSON) document piece by piece and collects everything that is wrong, each with its place. */
export class Reader {
  readonly root: Spot | undefined;
  readonly #file: string;
  readonly #findings: Finding[] = [];
  readonly #counts = { error: 0, warning: 0 };
  readonly #text: YamlText;
  readonly #document: Document | undefined;
  #nodes = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#text = openYaml(text, 'the buildspec', MAX_BYTES);
    for (const { offset, message } of this.#text.problems) this.#add('error', offset, '', message);
    const { document } = this.#text;
    if (!document) return;
    this.#document = document;
    this.root = { node: document.contents as Node | null, path: '', offset: 0 };
  }

  /** Everything found so far, in the order of the file. */
  findings(): readonly Finding[] {
    return this.#findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  error(spot: Spot | Entry, message: string, hint?: string): undefined {
    this.#add('error', offsetOf(spot), spot.path, message, hint);
    return undefined;
  }

  warn(spot: Spot | Entry, message: string, hint?: string): void {
    this.#add('warning', offsetOf(spot), spot.path, message, hint);
  }

  /** The entries of a mapping, merge keys (`<<`) taken in. With `known`, other keys are errors. */
  map(spot: Spot, known?: readonly string[]): readonly Entry[] | undefined {
    const node = this.#resolve(spot);
    if (node === undefined) return undefined;
    if (!isMap(node)) return this.error(spot, `${nameOf(spot)} must be a mapping, not ${kindOf(node)}`);
    const entries = this.#entries(node.items as Pair<Node, Node | null>[], spot, 0);
    if (known === undefined) return entries;
    for (const entry of entries) {
      if (known.includes(entry.key)) continue;
      const near = suggest(entry.key, known);
      this.#add(
        'error',
        entry.keyOffset,
        entry.path,
        `unknown key "${entry.key}"${spot.path === '' ? '' : ` in ${spot.path}`}`,
        near === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${near}"?`,
      );
    }
    return entries.filter((entry) => known.includes(entry.key));
  }

  /** The elements of a sequence. A single scalar stands for a list of one, as the reference's own examples have it. */
  list(spot: Spot): readonly Spot[] | undefined {
    const node = this.#resolve(spot);
    if (node === undefined) return undefined;
    if (isScalar(node) && node.value !== null) return [spot];
    if (!isSeq(node)) return this.error(spot, `${nameOf(spot)} must be a list, not ${kindOf(node)}`);
    return node.items.map((item, n) => ({
      node: item as Node | null,
      path: `${spot.path}[${n}]`,
      offset: (item as Node | null)?.range?.[0] ?? offsetOf(spot),
    }));
  }

  /** A scalar as the user wrote it: `3.10`, `yes` and `007` stay what they are. */
  text(spot: Spot): string | undefined {
    const node = this.#resolve(spot);
    if (node === undefined) return undefined;
    if (isMap(node)) {
      return this.error(
        spot,
        `${nameOf(spot)} must be text, not a mapping`,
        'text with ": " in it must stand in quotes or after "|"',
      );
    }
    if (!isScalar(node)) return this.error(spot, `${nameOf(spot)} must be text, not ${kindOf(node)}`);
    const text = scalarText(node);
    if (text.includes('\0')) return this.error(spot, `${nameOf(spot)} holds a NUL character`);
    return text;
  }

  /** `yes`, `no`, `true` or `false`. */
  flag(spot: Spot): boolean {
    const text = this.text(spot)?.toLowerCase();
    if (text === undefined) return false;
    if (['yes', 'true', 'on'].includes(text)) return true;
    if (!['no', 'false', 'off'].includes(text)) this.error(spot, `${nameOf(spot)} must be yes or no`);
    return false;
  }

  #entries(pairs: readonly Pair<Node, Node | null>[], spot: Spot, merges: number): Entry[] {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const pair of pairs) {
      const keyOffset = pair.key?.range?.[0] ?? offsetOf(spot);
      const key = isScalar(pair.key) ? scalarText(pair.key) : undefined;
      if (key === undefined) {
        this.#add('error', keyOffset, spot.path, 'a key must be text');
        continue;
      }
      const path = spot.path === '' ? key : `${spot.path}.${key}`;
      const entry = { key, keyOffset, node: pair.value, path, offset: keyOffset };
      if (key !== '<<') own.push(entry);
      else if (merges < MAX_MERGES) merged.push(...this.#merged(entry, spot, merges + 1));
    }
    // The mapping's own keys win over merged ones.
    const seen = new Set<string>();
    return [...own, ...merged].filter(({ key }) => !seen.has(key) && seen.add(key));
  }

  #merged(entry: Entry, spot: Spot, merges: number): Entry[] {
    const node = this.#resolve(entry);
    const sources = isSeq(node) ? (node.items as Node[]) : [node];
    return sources.flatMap((source) => {
      const map = this.#resolve({ ...entry, node: source ?? null });
      if (isMap(map)) return this.#entries(map.items as Pair<Node, Node | null>[], spot, merges);
      this.error(entry, 'only mappings can be merged with "<<"');
      return [];
    });
  }

  /** The node behind an alias; undefined, with an error, when there is nothing. Bounds the work that aliases can cause. */
  #resolve(spot: Spot): Node | undefined {
    if (++this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1) this.error(spot, 'the buildspec holds too many values');
      return undefined;
    }
    const node = isAlias(spot.node) ? spot.node.resolve(this.#document as Document) : spot.node;
    if (node === undefined) return this.error(spot, `${nameOf(spot)} names an anchor that is not there`);
    if (node === null || (isScalar(node) && node.value === null && node.source !== '~')) {
      return this.error(spot, `${nameOf(spot)} has no value`);
    }
    return node as Node;
  }

  #add(severity: Finding['severity'], offset: number, path: string, message: string, hint?: string): void {
    // Each kind by itself: no number of warnings hides an error.
    if (++this.#counts[severity] > MAX_FINDINGS) return;
    this.#findings.push({
      severity,
      file: this.#file,
      ...this.#text.place(offset),
      path,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function offsetOf(spot: Spot): number {
  return spot.node?.range?.[0] ?? spot.offset;
}

function nameOf(spot: Spot): string {
  return spot.path === '' ? 'the buildspec' : spot.path;
}

function kindOf(node: Node): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  return isScalar(node) && node.value === null ? 'nothing' : 'a single value';
}

function scalarText(scalar: Scalar): string {
  if (typeof scalar.value === 'string') return scalar.value;
  return scalar.source ?? String(scalar.value);
}
