import { FILE_SET_KEYS, readFileSet } from './file-set.ts';
import type { Entry, Reader, Spot } from './reader.ts';
import type { ArtifactSpec, ArtifactsSpec } from './types.ts';

const KEYS = [...FILE_SET_KEYS, 'name', 'exclude-paths', 'enable-symlinks', 's3-prefix'];
const MAX_SECONDARY = 12;

/** `artifacts` (C1.9). `files` is required even where only secondary artifacts are used. */
export function readArtifacts(reader: Reader, spot: Spot | undefined): ArtifactsSpec | undefined {
  const entries = spot && reader.map(spot, [...KEYS, 'secondary-artifacts']);
  if (!entries) return undefined;
  const secondary = entries.find((entry) => entry.key === 'secondary-artifacts');
  return {
    ...readArtifact(reader, spot, entries),
    secondary: secondary ? readSecondary(reader, secondary) : [],
  };
}

function readSecondary(reader: Reader, spot: Spot): ArtifactsSpec['secondary'] {
  const entries = reader.map(spot) ?? [];
  if (entries.length > MAX_SECONDARY) {
    reader.error(
      spot,
      `there are ${entries.length} secondary artifacts`,
      `at most ${MAX_SECONDARY} are allowed`,
    );
  }
  return entries.flatMap((entry) => {
    const parts = reader.map(entry, KEYS);
    return parts ? [{ identifier: entry.key, ...readArtifact(reader, entry, parts) }] : [];
  });
}

function readArtifact(reader: Reader, spot: Spot, entries: readonly Entry[]): ArtifactSpec {
  const name = entries.find((entry) => entry.key === 'name');
  const symlinks = entries.find((entry) => entry.key === 'enable-symlinks');
  const prefix = entries.find((entry) => entry.key === 's3-prefix');
  return {
    ...readFileSet(reader, spot, entries),
    name: name && reader.text(name),
    s3Prefix: prefix && reader.text(prefix),
    enableSymlinks: symlinks ? reader.flag(symlinks) : false,
  };
}
