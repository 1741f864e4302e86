import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Handler } from 'hono';
import { CONSOLE_PATH } from './paths.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Fonts and pictures are packed already. */
const PACKED: ReadonlySet<string> = new Set(['.js', '.css', '.svg', '.json']);

/** Cloudscape sets style attributes; scripts, workers, fonts and requests come from this origin only. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The built console. A path that is no file is a page of the application, so its index answers. */
export function consoleFiles(folder: string): Handler {
  const packed = new Map<string, Promise<Buffer>>();
  /** Code never changes under its name, so each file is packed once. */
  const pack = (file: string) => {
    const known = packed.get(file) ?? readFile(file).then((bytes) => promisify(gzip)(bytes));
    packed.set(file, known);
    known.catch(() => packed.delete(file));
    return known;
  };
  return async (context) => {
    const path = decoded(new URL(context.req.url).pathname).slice(CONSOLE_PATH.length);
    const file = await findFile(folder, path);
    if (file === undefined) {
      return context.text('The console is not built here. Run: npm run build -w console\n', 404);
    }
    const immutable = file.includes(`${sep}assets${sep}`);
    const packs = immutable && PACKED.has(extname(file)) && takesGzip(context);
    const bytes = await (packs ? pack(file) : readFile(file));
    return answer(context, file, bytes, {
      'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(packs ? { 'content-encoding': 'gzip' } : {}),
      ...(immutable ? { vary: 'accept-encoding' } : {}),
    });
  };
}

/** A path whose escapes are no text is no file; like any other it is a page, which says that it does not know it. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return CONSOLE_PATH;
  }
}

async function findFile(folder: string, path: string): Promise<string | undefined> {
  const wanted = normalize(join(folder, path));
  const inside = wanted.startsWith(folder + sep);
  for (const file of [inside && extname(wanted) !== '' ? wanted : undefined, join(folder, 'index.html')]) {
    if (file !== undefined && (await isFile(file))) return file;
    if (file === wanted && path.startsWith('assets/')) return undefined;
  }
  return undefined;
}

function takesGzip(context: Context): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(context.req.header('accept-encoding') ?? '');
}

function answer(
  context: Context,
  file: string,
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
): Response {
  return context.body(new Uint8Array(bytes), 200, {
    ...headers,
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
