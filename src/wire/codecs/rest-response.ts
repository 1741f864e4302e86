import type { Member, StructureShape } from '../models/shape.ts';
import { encodeHeaderText, encodeMetadataText, joinHeaderList } from './http-text.ts';
import { encodeText } from './text-values.ts';

/** What of a REST answer (or error) travels outside of its body. */
export interface Bindings {
  readonly headers: Record<string, string>;
  readonly status: number | undefined;
}

export function encodeBindings(shape: StructureShape | undefined, output: Record<string, unknown>): Bindings {
  const headers: Record<string, string> = {};
  let status: number | undefined;
  for (const member of shape?.members ?? []) {
    const value = output[member.name];
    if (member.location === undefined || value === undefined || value === null) continue;
    if (member.location === 'statusCode') status = value as number;
    else if (member.location === 'headers') Object.assign(headers, prefixHeaders(member, value));
    else headers[member.wireName.toLowerCase()] = headerValue(member, value);
  }
  return { headers, status };
}

function headerValue({ shape }: Member, value: unknown): string {
  if (shape.kind !== 'list') return encodeHeaderText(encodeText(shape, value, 'http-date'));
  const items = (value as readonly unknown[]).map((item) => encodeText(shape.element, item, 'http-date'));
  return encodeHeaderText(joinHeaderList(items));
}

function prefixHeaders(member: Member, value: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, text] of Object.entries(value as Record<string, string>)) {
    headers[`${member.wireName}${key}`.toLowerCase()] = encodeMetadataText(text);
  }
  return headers;
}

/** True for a status that never has a body. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** True when the structure has members that travel in the body. */
export function hasBodyMembers(shape: StructureShape): boolean {
  return shape.members.some(({ location }) => location === undefined);
}
