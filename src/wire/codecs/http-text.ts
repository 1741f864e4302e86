/**
 * Header values as Node hands them over and takes them: one character for each byte. Clients send UTF-8 in them; what is
 * no UTF-8 stays Latin-1.
 */
export function decodeHeaderText(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

/** A value that may stand in a header: control characters would end it, or start the next one. */
export function encodeHeaderText(value: string): string {
  const oneLine = value.replaceAll(/\p{Cc}/gu, ' ');
  return /[\u0080-\uffff]/.test(oneLine) ? Buffer.from(oneLine, 'utf8').toString('latin1') : oneLine;
}

/** What S3 answers for user metadata outside of ASCII: an encoded word (RFC 2047). */
export function encodeMetadataText(value: string): string {
  if (!/[\u0080-\uffff]/.test(value)) return encodeHeaderText(value);
  return `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}

/** The items of a header list: commas separate them except inside quotes. */
export function splitHeaderList(value: string): string[] {
  const items: string[] = [];
  for (const [item] of value.matchAll(/\s*("(?:\\.|[^"\\])*"|[^,]*)\s*(?:,|$)/g)) {
    const text = item.replace(/,$/, '').trim();
    if (text === '') continue;
    items.push(text.startsWith('"') && text.endsWith('"') && text.length > 1 ? unquote(text) : text);
  }
  return items;
}

export function joinHeaderList(items: readonly string[]): string {
  return items
    .map((item) => (/[",]/.test(item) ? `"${item.replaceAll(/["\\]/g, '\\$&')}"` : item))
    .join(', ');
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

/** Decoded values by decoded name, in order. Undefined for broken percent-encoding. */
export function parseQuery(rawQuery: string): Map<string, string[]> | undefined {
  const values = new Map<string, string[]>();
  try {
    for (const part of rawQuery.split('&')) {
      if (part === '') continue;
      const equals = part.indexOf('=');
      const name = decode(equals < 0 ? part : part.slice(0, equals));
      const value = equals < 0 ? '' : decode(part.slice(equals + 1));
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
  } catch {
    return undefined;
  }
  return values;
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
