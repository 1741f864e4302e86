import type { Build } from '@aws-sdk/client-codebuild';
import Button from '@cloudscape-design/components/button';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { stopBuild } from '../../aws/builds.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { useUrlTab } from '../../ui/url-tab.ts';
import { useAction } from '../../ui/use-action.ts';
import { buildQuery } from '../builds/queries.ts';
import { BuildFacts } from './build-facts.tsx';
import { BuildLog } from './build-log.tsx';
import { EnvironmentTab } from './environment-tab.tsx';
import { FailedPhases } from './failed-phases.tsx';
import { PhasesTab } from './phases-tab.tsx';
import { ReportsTab } from './reports-tab.tsx';

/** One build: its phases, its log as it is written, its tests. */
export function BuildPage() {
  const { project = '', id = '' } = useParams();
  const buildId = `${project}:${id}`;
  const build = useQuery(buildQuery(buildId));
  const number = build.data?.buildNumber;
  return (
    <Page
      title={number === undefined ? project : `${project} #${number}`}
      crumbs={[
        { text: 'Build projects', to: paths.projects() },
        { text: project, to: paths.project(project) },
      ]}
      self={paths.build(buildId)}
      actions={build.data?.buildComplete === false ? <StopBuildButton id={buildId} /> : undefined}
    >
      <Loaded query={build}>{(data) => <BuildContent of={data} />}</Loaded>
    </Page>
  );
}

function BuildContent({ of }: { readonly of: Build }) {
  const [tab, setTab] = useUrlTab('log');
  return (
    <>
      <BuildFacts of={of} />
      <FailedPhases of={of.phases ?? []} />
      <Tabs
        ariaLabel="Views of the build"
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: 'log', label: 'Log', content: <BuildLog of={of} /> },
          { id: 'phases', label: 'Phases', content: <PhasesTab of={of.phases ?? []} /> },
          { id: 'tests', label: 'Tests', content: <ReportsTab arns={of.reportArns ?? []} /> },
          { id: 'environment', label: 'Environment', content: <EnvironmentTab of={of} /> },
        ]}
      />
    </>
  );
}

function StopBuildButton({ id }: { readonly id: string }) {
  const stop = useAction(() => stopBuild(id), 'The build is stopping');
  return (
    <Button loading={stop.isPending} onClick={() => stop.mutate(undefined)}>
      Stop build
    </Button>
  );
}
