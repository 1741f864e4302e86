import type { Project } from '@aws-sdk/client-codebuild';
import Button from '@cloudscape-design/components/button';
import { useNavigate } from 'react-router';
import { startBuild } from '../../aws/builds.ts';
import { paths } from '../../ui/paths.ts';
import { useAction } from '../../ui/use-action.ts';

/** Starts a build and opens it. Projects that get their source from a pipeline are started by it alone. */
export function StartBuildButton({ of }: { readonly of: Project }) {
  const navigate = useNavigate();
  const start = useAction(async () => {
    const { build } = await startBuild(of.name ?? '');
    if (build?.id !== undefined) void navigate(paths.build(build.id));
  }, 'The build has started');
  if (of.source?.type === 'CODEPIPELINE') return null;
  return (
    <Button variant="primary" loading={start.isPending} onClick={() => start.mutate(undefined)}>
      Start build
    </Button>
  );
}
