import { dirname, join } from 'node:path';
import { findUp } from './find-up.ts';

/** Where the built console lies: `dist/console` of the package, in a clone and in the bundle alike. */
export function consoleFolder(): string {
  return join(dirname(findUp(import.meta.dirname, 'package.json')), 'dist', 'console');
}
