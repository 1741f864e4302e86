import { readFileSync } from 'node:fs';
import picomatch from 'picomatch';

/** One row of the table of allowed imports in ARCHITECTURE.md. */
export interface ImportRule {
  /** Folder glob as written: `src/services/*`. */
  readonly floor: string;
  readonly matches: (file: string) => boolean;
  readonly allowed: readonly Allowance[];
}

/**
 * `src/pure` a folder or file; `own` the importer's own floor; `npm` any package, `npm:yaml` one; a leading `type ` means
 * that only `import type` is allowed.
 */
export interface Allowance {
  readonly typeOnly: boolean;
  readonly target: string;
}

export interface Import {
  readonly from: string;
  /** Path in the repository, or the name of a package with `npm:` before it. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Reads the table: rows whose first cell is a path in backticks, second cell a list of allowances in backticks. */
export function readImportRules(markdown: string): ImportRule[] {
  const rules: ImportRule[] = [];
  for (const line of markdown.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    const floor = /^`((?:src|console)\/[^`]*)`$/.exec(cells[1] ?? '')?.[1];
    if (floor === undefined) continue;
    const allowed = [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']): Allowance => {
      const typeOnly = text.startsWith('type ');
      return { typeOnly, target: typeOnly ? text.slice('type '.length) : text };
    });
    rules.push({ floor, matches: picomatch(`${floor}/**`), allowed });
  }
  return rules;
}

/** The rule of a file: the longest floor that holds it. */
export function ruleOf(rules: readonly ImportRule[], file: string): ImportRule | undefined {
  return rules.filter((rule) => rule.matches(file)).toSorted((a, b) => b.floor.length - a.floor.length)[0];
}

export function isAllowed(rule: ImportRule, { from, to, typeOnly }: Import): boolean {
  return rule.allowed.some((allowance) => {
    if (allowance.typeOnly && !typeOnly) return false;
    if (allowance.target === 'npm') return to.startsWith('npm:');
    if (allowance.target.startsWith('npm:'))
      return to === allowance.target || picomatch(allowance.target)(to);
    const target = allowance.target === 'own' ? ownFolder(rule.floor, from) : allowance.target;
    return picomatch(target)(to) || picomatch(`${target}/**`)(to);
  });
}

/** `src/services/*` and a file of CodeBuild give `src/services/codebuild`. */
function ownFolder(floor: string, file: string): string {
  const depth = floor.split('/').length;
  return file.split('/').slice(0, depth).join('/');
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** The imports of one file; built-in modules of Node are left out. */
export function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(`${root}/${file}`, 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const specifier = match[2] ?? match[3] ?? '';
    if (specifier.startsWith('node:')) continue;
    const to = specifier.startsWith('.') ? resolvePath(file, specifier) : `npm:${packageOf(specifier)}`;
    found.push({ from: file, to, typeOnly: match[1] !== undefined });
  }
  return found;
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function resolvePath(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
