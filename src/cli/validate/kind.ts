import { basename } from 'node:path';
import { parse } from 'yaml';

export type DefinitionKind = 'pipeline' | 'buildspec' | 'appspec';

/** By name, as AWS looks for them, else by what stands at the top of the document. */
export function kindOf(file: string, text: string): DefinitionKind | undefined {
  const name = basename(file).toLowerCase();
  if (/^buildspec.*\.ya?ml$/.test(name)) return 'buildspec';
  if (/^appspec.*\.ya?ml$/.test(name)) return 'appspec';
  const keys = topKeys(text);
  if (keys.has('stages') || keys.has('pipeline')) return 'pipeline';
  if (keys.has('phases')) return 'buildspec';
  if (keys.has('os') && (keys.has('files') || keys.has('hooks'))) return 'appspec';
  return /pipeline.*\.(json|ya?ml)$/.test(name) ? 'pipeline' : undefined;
}

/** Also of a document that is broken further down: keys at the margin, or at the first level of JSON. */
function topKeys(text: string): ReadonlySet<string> {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0, logLevel: 'silent', strict: false });
    if (typeof value === 'object' && value !== null) return new Set(Object.keys(value));
  } catch {
    // Broken: the margin says enough.
  }
  return new Set([...text.matchAll(/^(?:[{ \t]{0,4})["']?(\w+)["']?\s*:/gm)].map(([, key]) => key as string));
}
