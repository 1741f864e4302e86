import type { IncomingMessage } from 'node:http';
import type { IamRoom } from '../../iam/index.ts';
import type { GitAuthenticator, GitPrincipal } from '../face.ts';
import { parseGitPath } from '../model/git-request.ts';
import { AWS_REGIONS } from '../model/regions.ts';
import {
  parseHelperUserName,
  parseSignedPassword,
  type SignedPassword,
  verifySignedPassword,
} from './git-signature.ts';

export interface GitAuthenticatorDeps {
  readonly iam: Pick<IamRoom, 'credentials' | 'verifyGitCredential'>;
  /** Wall milliseconds. */
  readonly wall?: () => number;
  /** More regions that a client may sign for. */
  readonly regions?: readonly string[];
}

/**
 * Knows two kinds of git credentials: the signed password of the aws CLI's credential helper (user name = access key),
 * and static service-specific credentials of IAM. A static user name may be followed by `@<region>`; the signature
 * holds its region without naming it, so each known region is tried.
 */
export function createGitAuthenticator(deps: GitAuthenticatorDeps): GitAuthenticator {
  const wall = deps.wall ?? Date.now;
  const regions = [...new Set([...(deps.regions ?? []), ...AWS_REGIONS])];

  return async (userName, password, request): Promise<GitPrincipal | undefined> => {
    const signed = parseSignedPassword(password);
    if (signed) return verifySigned(userName, signed, request);
    const [, name = userName, region] = /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(userName) ?? [];
    const principal = await deps.iam.verifyGitCredential(name, password);
    return principal && (region === undefined ? principal : { ...principal, region });
  };

  async function verifySigned(
    userName: string,
    signed: SignedPassword,
    request: IncomingMessage,
  ): Promise<GitPrincipal | undefined> {
    const parsed = parseGitPath(request.method ?? 'GET', request.url ?? '/');
    if (parsed.kind !== 'git') return undefined;
    const { accessKeyId, sessionToken } = parseHelperUserName(userName);
    const credential = await deps.iam.credentials.find(accessKeyId, sessionToken);
    if (credential === undefined || credential === 'expired') return undefined;
    if (credential.principal.kind === 'host') return undefined;
    const host = hostName(request.headers.host ?? '');
    const region = regions.find((candidate) =>
      verifySignedPassword(
        credential.secretAccessKey,
        signed,
        { host, path: parsed.request.base, region: candidate },
        wall(),
      ),
    );
    return region === undefined ? undefined : { ...credential.principal, region };
  }
}

/** As the helper cuts it: everything before the first colon. */
function hostName(host: string): string {
  return host.split(':')[0] ?? '';
}
