import { isRepositoryName } from './names.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

export interface GitRequest {
  readonly repository: string;
  readonly service: GitService;
  /** `refs`: the advertisement; `rpc`: the service itself. */
  readonly step: 'refs' | 'rpc';
  /** `/v1/repos/<name>`, as the client wrote it: what the credential helper signs. */
  readonly base: string;
}

export type ParsedGitPath =
  | { readonly kind: 'other' }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'git'; readonly request: GitRequest };

const PREFIX = '/v1/repos/';
const SERVICES: readonly string[] = ['git-upload-pack', 'git-receive-pack'];

/** Takes apart a raw request target. Nothing is normalised: `..` and percent signs are no part of a repository's name. */
export function parseGitPath(method: string, target: string): ParsedGitPath {
  if (!target.startsWith(PREFIX)) return { kind: 'other' };
  const [path = '', query = ''] = splitOnce(target, '?');
  const [repository = '', rest = ''] = splitOnce(path.slice(PREFIX.length), '/');
  const missing = { kind: 'refused', status: 404, message: 'repository not found' } as const;
  if (!isRepositoryName(repository)) return missing;
  const base = `${PREFIX}${repository}`;
  if (rest === 'info/refs') {
    const service = new URLSearchParams(query).get('service') ?? '';
    if (!SERVICES.includes(service)) {
      return { kind: 'refused', status: 403, message: 'only the smart HTTP protocol of git is served' };
    }
    if (method !== 'GET') return { kind: 'refused', status: 405, message: 'method not allowed' };
    return { kind: 'git', request: { repository, service: service as GitService, step: 'refs', base } };
  }
  if (!SERVICES.includes(rest)) return missing;
  if (method !== 'POST') return { kind: 'refused', status: 405, message: 'method not allowed' };
  return { kind: 'git', request: { repository, service: rest as GitService, step: 'rpc', base } };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

export interface BasicCredentials {
  readonly userName: string;
  readonly password: string;
}

/** The user name and password of an `Authorization: Basic` header; undefined for anything else. */
export function parseBasic(header: string | undefined): BasicCredentials | undefined {
  const encoded = /^basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [userName, password] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'), ':');
  return { userName, password };
}

/** A `Git-Protocol` header as git may be given it; anything unusual is left out. */
export function gitProtocol(header: string | undefined): string | undefined {
  return header !== undefined && /^[A-Za-z0-9=:._-]{1,200}$/.test(header) ? header : undefined;
}
