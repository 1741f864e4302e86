import { basename } from 'node:path';
import { isMap, isScalar } from 'yaml';
import { openYaml } from '../../pure/yaml-text.ts';
import { MAX_BYTES } from './text-file.ts';

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
  const { document } = openYaml(text, 'the file', MAX_BYTES);
  if (isMap(document?.contents)) {
    return new Set(document.contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')));
  }
  // Broken: the margin says enough.
  return new Set([...text.matchAll(/^(?:[{ \t]{0,4})["']?(\w+)["']?\s*:/gm)].map(([, key]) => key as string));
}
