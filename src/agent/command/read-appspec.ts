import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatFinding } from '../../kernel/errors.ts';
import { APPSPEC_FILE, type AppSpec, missingAppSpec, parseAppSpec } from '../../pure/appspec/index.ts';
import { readFileIfThere } from '../state/files.ts';

/** The appspec of an unpacked revision, or everything that is wrong with it. */
export function readAppSpec(
  archive: string,
):
  | { readonly appSpec: AppSpec; readonly problem?: undefined }
  | { readonly appSpec?: undefined; readonly problem: string } {
  const text = readFileIfThere(join(archive, APPSPEC_FILE));
  if (text === undefined) return { problem: missingAppSpec(readdirSync(archive)) };
  const { appSpec, findings } = parseAppSpec(text);
  return appSpec ? { appSpec } : { problem: findings.map(formatFinding).join('\n') };
}
