const TEXT = Symbol('number as written');

/** A number that remembers how it was written: EventBridge compares 300, 300.0 and 3.0e2 as different. */
export interface JsonNumber {
  readonly [TEXT]: string;
  readonly value: number;
}

const MAX_DEPTH = 100;

export type ParsedJson = { readonly value: unknown } | { readonly problem: string };

/**
 * JSON whose numbers are {@link JsonNumber}s. Of a key given twice the last one counts. Refuses text nested deeper than
 * 100 levels, so that whoever walks the value may recurse.
 */
export function parseJson(text: string): ParsedJson {
  if (tooDeep(text)) return { problem: `it is nested deeper than ${MAX_DEPTH} levels` };
  try {
    return { value: JSON.parse(text, keepNumber as (key: string, value: unknown) => unknown) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function keepNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value;
  return { [TEXT]: context.source ?? String(value), value } satisfies JsonNumber;
}

function tooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let n = 0; n < text.length; n++) {
    const char = text[n];
    if (quoted) {
      if (char === '\\') n++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (++depth > MAX_DEPTH) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'object' && value !== null && TEXT in value;
}

/** A number, whether it came from {@link parseJson} or from plain data; undefined for anything else. */
export function asNumber(value: unknown): { readonly value: number; readonly text: string } | undefined {
  if (typeof value === 'number') return { value, text: JSON.stringify(value) };
  return isJsonNumber(value) ? { value: value.value, text: value[TEXT] } : undefined;
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isJsonNumber(value);
}
