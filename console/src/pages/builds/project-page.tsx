import type { Project } from '@aws-sdk/client-codebuild';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { BuildsTable } from './builds-table.tsx';
import { projectQuery } from './queries.ts';
import { StartBuildButton } from './start-build-button.tsx';

/** One build project and its builds. */
export function ProjectPage() {
  const { name = '' } = useParams();
  const project = useQuery(projectQuery(name));
  return (
    <Page
      title={name}
      crumbs={[{ text: 'Build projects', to: paths.projects() }]}
      self={paths.project(name)}
      description={project.data?.description}
      actions={project.data === undefined ? undefined : <StartBuildButton of={project.data} />}
    >
      <Loaded query={project}>
        {(data) => (
          <>
            <ProjectFacts of={data} />
            <BuildsTable project={name} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ProjectFacts({ of }: { readonly of: Project }) {
  const { source, environment } = of;
  const inline = source?.buildspec?.includes('\n') === true ? source.buildspec : undefined;
  return (
    <Container header={<Header variant="h2">Settings</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Source', value: [source?.type, source?.location].filter(Boolean).join(' ') },
            { label: 'Image', value: environment?.image ?? '–' },
            { label: 'Compute', value: environment?.computeType ?? '–' },
            { label: 'Timeout', value: `${of.timeoutInMinutes ?? 60} min` },
            ...(inline === undefined
              ? [{ label: 'Buildspec', value: source?.buildspec || 'buildspec.yml of the source' }]
              : []),
          ]}
        />
        {inline === undefined ? null : <CodeBlock text={inline} name="Buildspec" />}
      </SpaceBetween>
    </Container>
  );
}
