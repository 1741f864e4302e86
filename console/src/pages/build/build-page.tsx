import type { Build } from '@aws-sdk/client-codebuild';
import Button from '@cloudscape-design/components/button';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { retryBuild, stopBuild } from '../../aws/builds.ts';
import { Confirm } from '../../ui/confirm.tsx';
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
      actions={build.data === undefined ? undefined : <BuildActions of={build.data} />}
    >
      <Loaded query={build}>{(data) => <BuildContent of={data} />}</Loaded>
    </Page>
  );
}

const TABS = ['log', 'phases', 'tests', 'environment'] as const;

function BuildContent({ of }: { readonly of: Build }) {
  const [tab, setTab] = useUrlTab(TABS);
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

/** Stops what runs; what is over and has a source of its own can be run again. */
function BuildActions({ of }: { readonly of: Build }) {
  const id = of.id ?? '';
  if (of.buildComplete === false) return <StopBuildButton id={id} />;
  return of.source?.type === 'CODEPIPELINE' ? null : <RetryBuildButton id={id} />;
}

function RetryBuildButton({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const retry = useAction(async () => {
    const { build } = await retryBuild(id);
    if (build?.id !== undefined) void navigate(paths.build(build.id));
  }, 'The build runs again');
  return (
    <Button loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
      Retry build
    </Button>
  );
}

function StopBuildButton({ id }: { readonly id: string }) {
  const [asking, setAsking] = useState(false);
  const close = (): void => setAsking(false);
  const stop = useAction(() => stopBuild(id), 'The build is stopping', close);
  return (
    <>
      <Button onClick={() => setAsking(true)}>Stop build</Button>
      {asking ? (
        <Confirm
          title="Stop this build?"
          verb="Stop"
          busy={stop.isPending}
          onConfirm={() => stop.mutate(undefined)}
          onClose={close}
        >
          What it runs is ended at once. A pipeline that waits for it fails in that action.
        </Confirm>
      ) : null}
    </>
  );
}
