import { createHash } from 'node:crypto';
import { type ActionDefinition, artifactBucket, type PipelineDefinition } from './definition.ts';

export interface ArtifactPlace {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/**
 * Where an attempt of an action puts its outputs: `<pipeline 20>/<artifact 10>/<random 7>` in the artifact bucket. The
 * last part is made of the action execution's id, so that a repeated start writes to the same place. Undefined when the
 * pipeline has no store in this Region.
 */
export function outputPlaces(
  definition: PipelineDefinition,
  region: string,
  action: ActionDefinition,
  actionExecutionId: string,
): readonly ArtifactPlace[] | undefined {
  const outputs = action.outputArtifacts ?? [];
  const bucket = artifactBucket(definition, region);
  if (outputs.length === 0) return [];
  if (bucket === undefined) return undefined;
  return outputs.map(({ name }) => {
    const random = createHash('sha256')
      .update(`${actionExecutionId}/${name}`)
      .digest('base64')
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 7);
    return { name, bucket, key: `${definition.name.slice(0, 20)}/${name.slice(0, 10)}/${random}` };
  });
}
