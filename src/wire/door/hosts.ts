import { isIP } from 'node:net';

/** What the `Host` header of an admitted request says. */
export interface AdmittedHost {
  /** The bucket of a virtual-host style request. */
  readonly bucket: string | undefined;
}

export type HostPolicy = (header: string | undefined) => AdmittedHost | undefined;

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/**
 * What SDKs put in front of the endpoint's name for some operations: StartLiveTail, StartSyncExecution, SignPayload. A
 * test compares these with the models.
 */
export const HOST_PREFIXES = ['stream-', 'sync-', 'data-'];

/** `s3.localhost`, `s3.us-east-1.localhost`: path style all the same. */
const S3_ENDPOINT = /^s3(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?$/;

/**
 * Which hosts this server answers to. A page of a stranger whose name was bent to our address (DNS rebinding) names a
 * host of its own and stays outside. `allowed` may hold names and addresses, without ports.
 */
export function createHostPolicy(allowed: readonly string[], endpoint: () => string): HostPolicy {
  const fixed = ['localhost', ...allowed.map((name) => name.toLowerCase())];
  return (header) => {
    const host = hostName(header);
    if (host === undefined) return undefined;
    if (isLoopbackAddress(host)) return { bucket: undefined };
    const names = [...fixed, endpointHost(endpoint())];
    if (names.includes(host)) return { bucket: undefined };
    if (HOST_PREFIXES.some((prefix) => host.startsWith(prefix) && names.includes(host.slice(prefix.length))))
      return { bucket: undefined };
    // The longest first: `a.example.org` may be a host of its own beside `example.org`.
    for (const base of names.toSorted((a, b) => b.length - a.length)) {
      if (base === '' || isIP(base) !== 0 || !host.endsWith(`.${base}`)) continue;
      return bucketHost(host.slice(0, -base.length - 1));
    }
    return undefined;
  };
}

function bucketHost(label: string): AdmittedHost | undefined {
  if (S3_ENDPOINT.test(label)) return { bucket: undefined };
  const bucket = label.replace(/\.s3(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?$/, '');
  return BUCKET.test(bucket) ? { bucket } : undefined;
}

/** Lower-case, without port and the brackets of IPv6. Undefined for what is no host. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

function isLoopbackAddress(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function endpointHost(endpoint: string): string {
  const url = URL.parse(endpoint);
  return url === null ? '' : url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
