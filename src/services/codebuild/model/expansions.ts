import type { ArtifactSpec, ArtifactsSpec, FileSet, ReportSpec } from './buildspec/types.ts';

/** What is taken in after the run. Plain data. */
export interface CollectSpec {
  readonly artifacts: ArtifactsSpec | undefined;
  readonly reports: readonly ReportSpec[];
}

export interface Expansion {
  readonly id: string;
  readonly text: string;
}

/** Texts with variables or commands in them: only the build's own shell knows what they stand for. */
export function findExpansions(spec: CollectSpec): readonly Expansion[] {
  const found: Expansion[] = [];
  mapTexts(spec, (id, text) => {
    if (/[$`]/.test(text)) found.push({ id, text });
    return text;
  });
  return found;
}

/** The same with what the shell made of them; what it did not get to stays as it was written. */
export function fillIn(spec: CollectSpec, expanded: Readonly<Record<string, string>>): CollectSpec {
  return mapTexts(spec, (id, text) => expanded[id] ?? text);
}

type MapText = (id: string, text: string) => string;

function mapTexts(spec: CollectSpec, map: MapText): CollectSpec {
  const { artifacts, reports } = spec;
  return {
    artifacts: artifacts && {
      ...mapArtifact(artifacts, 'a', map),
      secondary: artifacts.secondary.map((other, n) => ({
        ...mapArtifact(other, `s${n}`, map),
        identifier: other.identifier,
      })),
    },
    reports: reports.map((report, n) => ({ ...report, ...mapFiles(report, `r${n}`, map) })),
  };
}

function mapArtifact(artifact: ArtifactSpec, id: string, map: MapText): ArtifactSpec {
  return {
    ...artifact,
    ...mapFiles(artifact, id, map),
    name: artifact.name === undefined ? undefined : map(`${id}.name`, artifact.name),
    s3Prefix: artifact.s3Prefix === undefined ? undefined : map(`${id}.prefix`, artifact.s3Prefix),
  };
}

function mapFiles(set: FileSet, id: string, map: MapText): FileSet {
  return {
    ...set,
    files: set.files.map((text, n) => map(`${id}.f${n}`, text)),
    excludePaths: set.excludePaths.map((text, n) => map(`${id}.x${n}`, text)),
    baseDirectory: set.baseDirectory === undefined ? undefined : map(`${id}.base`, set.baseDirectory),
  };
}
