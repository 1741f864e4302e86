import { malformed, maxDepth } from './problem.ts';

/** One step of the dotted names of a form: `Tags.member.1.Key` is four of them. */
export interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** More parameters than any honest request has. */
const maxParameters = 100_000;

/** A form (`a.b=1&a.c=2`) as a tree by the dots in its names. Throws `SerializationException`. */
export function parseForm(text: string): FormNode {
  const root: FormNode = { value: undefined, children: new Map() };
  const parts = text.split('&');
  if (parts.length > maxParameters) throw malformed('The request has too many parameters');
  for (const part of parts) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = decode(equals < 0 ? '' : part.slice(equals + 1));
    const steps = name.split('.');
    if (steps.length > maxDepth) throw malformed('A parameter is nested too deep');
    let node = root;
    for (const step of steps) {
      let child = node.children.get(step);
      if (child === undefined) {
        child = { value: undefined, children: new Map() };
        node.children.set(step, child);
      }
      node = child;
    }
    node.value ??= value;
  }
  return root;
}

/** Numbered children in the order of their numbers. */
export function numbered(node: FormNode | undefined): FormNode[] {
  if (node === undefined) return [];
  const found: [number, FormNode][] = [];
  for (const [key, child] of node.children) if (/^\d{1,9}$/.test(key)) found.push([Number(key), child]);
  return found.toSorted(([a], [b]) => a - b).map(([, child]) => child);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed('The request has broken percent-encoding');
  }
}
