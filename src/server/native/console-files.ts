import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
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

/** Cloudscape sets style attributes; scripts, workers, fonts and requests come from this origin only. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The built console. A path that is no file is a page of the application, so its index answers. */
export function consoleFiles(folder: string): Handler {
  return async (context) => {
    const path = decoded(new URL(context.req.url).pathname).slice(CONSOLE_PATH.length);
    const file = await findFile(folder, path);
    if (file === undefined) {
      return context.text('The console is not built here. Run: npm run build -w console\n', 404);
    }
    return await answer(context, file, file.includes(`${sep}assets${sep}`));
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

async function answer(context: Context, file: string, immutable: boolean): Promise<Response> {
  return context.body(await readFile(file), 200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
