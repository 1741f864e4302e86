import { unknownService } from '../errors/common-errors.ts';
import { serviceIndex } from '../models/service-index.ts';
import type { Protocol, ServiceIndexEntry } from '../models/service-model.ts';
import { looksPresignedV2 } from '../sigv2/claim.ts';

/** What of a request tells its service. */
export interface ServiceHints {
  readonly authorization: string | undefined;
  readonly target: string | undefined;
  readonly rawQuery: string;
  /** The form of an unsigned POST; asked only when nothing else tells. */
  readonly form: () => Promise<string>;
}

/** The service that a request means. Throws `UnknownServiceException`. */
export async function identifyService(hints: ServiceHints): Promise<ServiceIndexEntry> {
  const scope = scopeService(hints);
  const byScope = scope === undefined ? undefined : serviceIndex.bySigningName(scope);
  if (byScope !== undefined) return byScope;
  if (hints.target !== undefined) {
    const byTarget = serviceIndex.byTarget(hints.target);
    if (byTarget !== undefined) return byTarget.entry;
    throw unknownService(scope ?? hints.target.slice(0, 200));
  }
  if (scope !== undefined) throw unknownService(scope);
  // A URL that names no service, but a key: only S3 has such. Its body is none of our business yet.
  const version = looksPresignedV2(hints.rawQuery)
    ? undefined
    : (formVersion(hints.rawQuery) ?? formVersion(await hints.form()));
  const byVersion = version === undefined ? undefined : serviceIndex.byQueryVersion(version);
  // Nobody signs, aims or acts: it can only be a plain S3 request.
  const found = byVersion ?? serviceIndex.byId('s3');
  if (found === undefined) throw unknownService(undefined);
  return found;
}

/** The service in the credential scope, read before the signature is judged. */
function scopeService({ authorization, rawQuery }: ServiceHints): string | undefined {
  const inHeader = /Credential=[^/,\s]+\/\d{8}\/[^/,\s]+\/([^/,\s]+)\/aws4_request/.exec(authorization ?? '');
  if (inHeader) return inHeader[1];
  const inQuery =
    /(?:^|&)X-Amz-Credential=[^/&%]+(?:%2[Ff]|\/)\d{8}(?:%2[Ff]|\/)[^/&%]+(?:%2[Ff]|\/)([^/&%]+)(?:%2[Ff]|\/)aws4_request/.exec(
      rawQuery,
    );
  return inQuery?.[1];
}

function formVersion(form: string): string | undefined {
  const parameters = new URLSearchParams(form);
  return parameters.has('Action') ? (parameters.get('Version') ?? undefined) : undefined;
}

/** How this request is laid out; decided for each request, because a service may have several protocols. */
export function chooseProtocol(
  entry: ServiceIndexEntry,
  headers: { readonly [name: string]: string | readonly string[] | undefined },
  rawQuery: string,
): Protocol {
  const { protocols } = entry;
  const contentType = String(headers['content-type'] ?? '').toLowerCase();
  if (protocols.includes('cbor') && headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor';
  const json = protocols.find((protocol) => protocol === 'json-1.0' || protocol === 'json-1.1');
  if (json !== undefined && headers['x-amz-target'] !== undefined) {
    if (contentType.startsWith('application/x-amz-json-1.0')) return 'json-1.0';
    return contentType.startsWith('application/x-amz-json-1.1') ? 'json-1.1' : json;
  }
  const form = contentType.startsWith('application/x-www-form-urlencoded');
  if (protocols.includes('query') && (form || /(?:^|&)Action=/.test(rawQuery))) return 'query';
  return protocols.find((protocol) => protocol.startsWith('rest-')) ?? (protocols[0] as Protocol);
}
