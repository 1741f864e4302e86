import { chmod, copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import {
  type ArtifactSpec,
  type ArtifactsSpec,
  BuildFailure,
  findFiles,
} from '../../services/codebuild/local.ts';

/** Copies the primary artifact into a folder, each secondary one into a folder of its name below. Answers how many files. */
export async function copyArtifacts(
  source: string,
  artifacts: ArtifactsSpec,
  target: string,
  say: (line: string) => void,
): Promise<number> {
  let count = await copy(source, artifacts, target, target, say);
  for (const { identifier, ...spec } of artifacts.secondary) {
    count += await copy(source, spec, join(target, identifier), target, say);
  }
  return count;
}

async function copy(
  source: string,
  spec: ArtifactSpec,
  into: string,
  target: string,
  say: (line: string) => void,
): Promise<number> {
  const found = await findFiles(source, spec, { keepLinks: spec.enableSymlinks });
  for (const note of found.notes) say(`Artifacts: ${note}`);
  // A target inside the source is not copied into itself.
  const files = found.files.filter(({ file }) => relative(resolve(target), file).startsWith('..'));
  if (files.length === 0) throw new BuildFailure('CLIENT_ERROR', 'no matching artifact paths found');
  for (const { path, file, stats, linkTarget } of files) {
    const to = join(into, path);
    await mkdir(dirname(to), { recursive: true });
    await rm(to, { force: true });
    if (linkTarget !== undefined) {
      await symlink(linkTarget, to);
      continue;
    }
    await copyFile(file, to);
    await chmod(to, stats.mode & 0o777);
  }
  return files.length;
}
