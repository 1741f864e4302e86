export { isJsonObject, type ParsedJson, parseJson } from './json.ts';
export { matchesPattern } from './match.ts';
export { type ParsedPattern, parseEventPattern } from './parse.ts';
export type { EventPattern } from './pattern.ts';
