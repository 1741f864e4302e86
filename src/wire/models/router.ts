import type { Member, OperationModel, Route } from './service-model.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

interface Template {
  readonly operation: OperationModel;
  readonly method: string;
  readonly segments: readonly Segment[];
  /** `key` or `key=value` parts that the URI itself contains. */
  readonly literals: ReadonlyMap<string, string | undefined>;
  /** Required members that travel in the query or a header. */
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  readonly deprecated: boolean;
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label'; readonly member: string; readonly greedy: boolean; readonly arn: boolean };

/**
 * Finds the operation of a REST request on its raw path. Of several that fit, the one with the most literal segments
 * wins, then the one that needs the most of what the query and headers hold: `PUT /b/k` is UploadPart when there is an
 * `uploadId`, CopyObject when there is an `x-amz-copy-source`, and PutObject otherwise.
 */
export function createRouter(
  operations: ReadonlyMap<string, OperationModel>,
  deprecated: ReadonlySet<string>,
): (method: string, rawPath: string, rawQuery: string, headers?: Headers) => Route | undefined {
  const templates = [...operations.values()].map((operation) =>
    template(operation, deprecated.has(operation.name)),
  );
  const byMethod = Map.groupBy(templates, (candidate) => candidate.method);
  return (method, rawPath, rawQuery, headers = {}) => {
    if (!rawPath.startsWith('/')) return undefined;
    const segments = rawPath.slice(1).split('/');
    const query = queryKeys(rawQuery);
    for (const arnsMaySpread of [false, true]) {
      let best: { readonly template: Template; readonly labels: Record<string, string> } | undefined;
      let bestScore = -1;
      for (const candidate of byMethod.get(method) ?? []) {
        const score = fits(candidate, query, headers);
        if (score < 0) continue;
        const labels = match(candidate, segments, arnsMaySpread);
        if (labels === undefined) continue;
        const literals = candidate.segments.filter(({ kind }) => kind === 'literal').length;
        const total = literals * 1000 + candidate.segments.length * 50 + score;
        if (total > bestScore) {
          bestScore = total;
          best = { template: candidate, labels };
        }
      }
      if (best !== undefined) return { operation: best.template.operation, labels: best.labels };
    }
    return undefined;
  };
}

function template(operation: OperationModel, deprecated: boolean): Template {
  const [path = '/', query = ''] = operation.http.requestUri.split('?');
  const members = operation.input?.members ?? [];
  const required = members.filter((member) => member.required);
  return {
    operation,
    method: operation.http.method,
    segments: path
      .slice(1)
      .split('/')
      .map((text) => parseSegment(text, members)),
    literals: queryKeys(query),
    requiredQuery: required
      .filter(({ location }) => location === 'querystring')
      .map(({ wireName }) => wireName),
    requiredHeaders: required
      .filter(({ location }) => location === 'header')
      .map(({ wireName }) => wireName.toLowerCase()),
    deprecated,
  };
}

function parseSegment(text: string, members: readonly Member[]): Segment {
  if (!text.startsWith('{')) return { kind: 'literal', text };
  const greedy = text.endsWith('+}');
  const label = text.slice(1, greedy ? -2 : -1);
  const member = members.find(({ location, wireName }) => location === 'uri' && wireName === label);
  if (member === undefined) throw new Error(`no member for the label ${text}`);
  return { kind: 'label', member: member.name, greedy, arn: /arn$/i.test(label) };
}

/** Names and raw values of a query string. */
function queryKeys(rawQuery: string): Map<string, string | undefined> {
  const keys = new Map<string, string | undefined>();
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals < 0) keys.set(part, undefined);
    else keys.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return keys;
}

/** How much of the query and headers it needs; negative when something it needs is absent. */
function fits(candidate: Template, query: ReadonlyMap<string, string | undefined>, headers: Headers): number {
  let score = candidate.deprecated ? 0 : 0.25;
  for (const [key, value] of candidate.literals) {
    if (!query.has(key)) return -1;
    if (value !== undefined && value !== '' && query.get(key) !== value) return -1;
    score += 4;
  }
  let missing = 0;
  for (const key of candidate.requiredQuery) {
    if (query.has(key)) score += 2;
    else missing++;
  }
  for (const name of candidate.requiredHeaders) {
    if (headers[name] !== undefined) score += 2;
    else missing++;
  }
  // The SDK for JavaScript names the operation; nobody else does, so it only breaks ties.
  const hint = query.get('x-id');
  if (hint === candidate.operation.name) score += 0.5;
  // Where it stands alone it still answers, with the validator's word on what is missing; a twin goes first.
  return missing === 0 ? score + 16 : score;
}

function match(
  { segments: wanted }: Template,
  given: readonly string[],
  arnsMaySpread: boolean,
): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const raw = given[at];
    if (raw === undefined) return undefined;
    if (segment.kind === 'literal') {
      if (raw !== segment.text) return undefined;
      continue;
    }
    const last = at === wanted.length - 1;
    const spreads = last && (segment.greedy || (arnsMaySpread && segment.arn));
    const value = decodeLabel(spreads ? given.slice(at).join('/') : raw);
    if (value === undefined || value === '') return undefined;
    labels[segment.member] = value;
    if (spreads) return labels;
  }
  const rest = given.length - wanted.length;
  const trailingSlash = rest === 1 && given.at(-1) === '';
  return rest === 0 || trailingSlash ? labels : undefined;
}

/** Undefined for broken percent-encoding. */
function decodeLabel(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}
