import { suggest } from '../suggest.ts';
import { SCRIPTABLE_EVENTS, UNSCRIPTABLE_EVENTS } from './lifecycle.ts';
import { entriesOf, itemsOf, type SpecReader, textOf } from './reader.ts';
import { relativePath, unknownKey } from './sections.ts';
import { EVENT_LIMIT_SECONDS, type HookScript } from './types.ts';

export function parseHooks(
  reader: SpecReader,
  node: unknown,
): Readonly<Record<string, readonly HookScript[]>> {
  const hooks: Record<string, readonly HookScript[]> = {};
  for (const { key: event, keyNode, value } of entriesOf(reader, node, 'hooks')) {
    const path = `hooks.${event}`;
    if (UNSCRIPTABLE_EVENTS.includes(event)) {
      reader.report(keyNode, path, `${event} cannot have scripts`);
    } else if (!SCRIPTABLE_EVENTS.includes(event)) {
      const near = suggest(event, SCRIPTABLE_EVENTS);
      reader.report(keyNode, path, `${event} is not a lifecycle event`, {
        hint: near === undefined ? `one of ${SCRIPTABLE_EVENTS.join(', ')}` : `did you mean ${near}?`,
      });
      // Its scripts may be wrong as well.
      parseEvent(reader, keyNode, value, path);
    } else {
      hooks[event] = parseEvent(reader, keyNode, value, path);
    }
  }
  return hooks;
}

function parseEvent(
  reader: SpecReader,
  keyNode: unknown,
  node: unknown,
  path: string,
): readonly HookScript[] {
  let asked = 0;
  const scripts = itemsOf(reader, node, path).flatMap((item, n): HookScript[] => {
    const parsed = parseScript(reader, item, `${path}[${n}]`);
    asked += parsed.timeout ?? 0;
    if (parsed.location === undefined) return [];
    return [
      {
        location: parsed.location,
        timeoutSeconds: parsed.timeout ?? EVENT_LIMIT_SECONDS,
        runas: parsed.runas,
      },
    ];
  });
  if (asked > EVENT_LIMIT_SECONDS) {
    const message = `the timeouts of one event come to ${asked} s, more than ${EVENT_LIMIT_SECONDS} s`;
    reader.report(keyNode, path, message);
  }
  return scripts;
}

interface ParsedScript {
  location?: string | undefined;
  timeout?: number | undefined;
  runas?: string | undefined;
}

function parseScript(reader: SpecReader, item: unknown, path: string): ParsedScript {
  const script: ParsedScript = {};
  let hasLocation = false;
  for (const { key, keyNode, value } of entriesOf(reader, item, path)) {
    const at = `${path}.${key}`;
    if (key === 'location') {
      hasLocation = true;
      script.location = locationOf(reader, value, at);
    } else if (key === 'timeout') script.timeout = timeoutOf(reader, value, at);
    else if (key === 'runas') script.runas = runasOf(reader, value, at);
    else unknownKey(reader, keyNode, at, 'location, timeout, runas');
  }
  if (!hasLocation) reader.report(item, path, `${path} has no location`);
  return script;
}

function locationOf(reader: SpecReader, node: unknown, path: string): string | undefined {
  const text = textOf(reader, node, path);
  if (text === undefined) return undefined;
  const location = relativePath(text);
  if (location) return location;
  reader.report(node, path, `${path} must be a file inside the revision, not ${JSON.stringify(text)}`);
  return undefined;
}

function timeoutOf(reader: SpecReader, node: unknown, path: string): number | undefined {
  const text = textOf(reader, node, path);
  if (text === undefined) return undefined;
  if (/^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= EVENT_LIMIT_SECONDS) {
    return Number(text);
  }
  const message = `${path} must be a whole number of seconds from 1 to ${EVENT_LIMIT_SECONDS}`;
  reader.report(node, path, `${message}, not ${JSON.stringify(text)}`);
  return undefined;
}

function runasOf(reader: SpecReader, node: unknown, path: string): string | undefined {
  const name = textOf(reader, node, path);
  if (name === undefined || /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/.test(name)) return name;
  reader.report(node, path, `${path} is not a user name: ${JSON.stringify(name)}`);
  return undefined;
}
