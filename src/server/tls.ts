import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Config, ConfigKey } from '../kernel/config/schema.ts';
import { flagOf } from '../kernel/config/schema.ts';
import { DefinitionError, errorText, type Finding } from '../kernel/errors.ts';
import type { Logger } from '../kernel/telemetry/logger.ts';

/** The second door: for clients beyond this machine, agents of hosts above all. */
export interface TlsDoor {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Names and addresses that the certificate is for: requests may name them. */
  readonly names: readonly string[];
}

/** Undefined without `tlsPort`. Everything that is wrong with certificate and key is said at once, before anything opens. */
export function readTlsDoor(config: Config): TlsDoor | undefined {
  const { tlsPort, tlsHost, tlsCert, tlsKey } = config;
  if (tlsPort === undefined) {
    if (tlsCert === undefined && tlsKey === undefined) return undefined;
    throw new DefinitionError([
      wrong('tlsPort', 'is needed to serve TLS with the given certificate and key'),
    ]);
  }
  const problems: Finding[] = [];
  const read = (key: 'tlsCert' | 'tlsKey', path: string | undefined): string => {
    if (path === undefined) problems.push(wrong(key, 'is needed to serve TLS'));
    else {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        problems.push(wrong(key, `cannot be read: ${errorText(error)}`));
      }
    }
    return '';
  };
  const cert = read('tlsCert', tlsCert);
  const key = read('tlsKey', tlsKey);
  const certificate = cert && attempt('tlsCert', problems, () => new X509Certificate(cert));
  const secret = key && attempt('tlsKey', problems, (): KeyObject => createPrivateKey(key));
  if (certificate && secret && !certificate.checkPrivateKey(secret)) {
    problems.push(wrong('tlsKey', 'is not the key of the certificate'));
  }
  if (problems.length > 0 || !certificate) throw new DefinitionError(problems);
  return { host: tlsHost, port: tlsPort, cert, key, names: namesOf(certificate) };
}

/** Certificates are renewed every few weeks; nobody is in a hurry then. */
const LOOK_MS = 60_000;

/**
 * Takes up a renewed certificate without a restart: new connections get it. A pair that does not fit (one file may be
 * written before the other) leaves the old one in place. The names of the door stay those of the start.
 */
export function followCertificate(
  config: Config,
  server: HttpServer,
  logger: Logger,
  intervalMs = LOOK_MS,
): () => void {
  const reload = () => {
    try {
      const { cert, key } = readTlsDoor(config) as TlsDoor;
      (server as TlsServer).setSecureContext({ cert, key });
      logger.info({}, 'the TLS certificate was taken up anew');
    } catch (error) {
      logger.error(
        { error: errorText(error) },
        'the TLS certificate on the disk cannot be used; the old one stays',
      );
    }
  };
  const files = [config.tlsCert, config.tlsKey].filter((path) => path !== undefined);
  for (const path of files) watchFile(path, { interval: intervalMs, persistent: false }, reload);
  return () => {
    for (const path of files) unwatchFile(path, reload);
  };
}

/** Wildcards are left out: the door wants to know by which names it may be called. */
export function namesOf({ subjectAltName = '' }: Pick<X509Certificate, 'subjectAltName'>): readonly string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, name = ''] = /^(?:DNS|IP Address):([^*"]+)$/.exec(entry) ?? [];
    if (name === '') return [];
    // As clients write an address of IPv6, not as the certificate spells it out.
    return [name.includes(':') ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase()];
  });
}

function attempt<T>(key: ConfigKey, problems: Finding[], make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    problems.push(wrong(key, `is not PEM that can be used: ${errorText(error)}`));
    return undefined;
  }
}

function wrong(key: ConfigKey, message: string): Finding {
  return {
    severity: 'error',
    file: flagOf(key),
    line: 0,
    column: 0,
    path: key,
    message: `${key} ${message}`,
  };
}
