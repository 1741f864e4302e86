import type { ArtifactDetail } from '@aws-sdk/client-codepipeline';
import Button from '@cloudscape-design/components/button';
import { readArtifact } from '../../aws/artifacts.ts';
import { saveFile } from '../../ui/save-file.ts';
import { useAction } from '../../ui/use-action.ts';

/** What an action made, to download. */
export function Artifacts({ of }: { readonly of: readonly ArtifactDetail[] }) {
  return of.map((artifact) => <Artifact key={artifact.name} of={artifact} />);
}

function Artifact({ of }: { readonly of: ArtifactDetail }) {
  const { bucket, key } = of.s3location ?? {};
  const name = of.name ?? 'artifact';
  const read = useAction(async () => {
    saveFile(`${name}.zip`, await readArtifact(bucket ?? '', key ?? ''));
  }, `${name}.zip is saved`);
  if (bucket === undefined || key === undefined) return null;
  return (
    <Button
      variant="inline-link"
      iconName="download"
      ariaLabel={`Download artifact ${name}`}
      loading={read.isPending}
      onClick={() => read.mutate(undefined)}
    >
      {name}
    </Button>
  );
}
