import { readFileSync } from 'node:fs';
import { findUp } from './find-up.ts';

/** Of the package this code came in. */
export const version: string = (
  JSON.parse(readFileSync(findUp(import.meta.dirname, 'package.json'), 'utf8')) as { version: string }
).version;
