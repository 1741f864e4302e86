import { dirname, join } from 'node:path';
import { findUp } from './find-up.ts';

/** Names another build of the console than the one in the package: for tests, and for work on the console. */
export const CONSOLE_FOLDER_VARIABLE = 'PIPEWRIGHT_CONSOLE_FOLDER';

/** Where the built console lies: `dist/console` of the package, in a clone and in the bundle alike. */
export function consoleFolder(): string {
  return (
    process.env[CONSOLE_FOLDER_VARIABLE] ??
    join(dirname(findUp(import.meta.dirname, 'package.json')), 'dist', 'console')
  );
}
