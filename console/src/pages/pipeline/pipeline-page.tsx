import Badge from '@cloudscape-design/components/badge';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { useUrlTab } from '../../ui/url-tab.ts';
import { DefinitionTab } from './definition-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { LiveTab } from './live-tab.tsx';
import { definitionQuery } from './queries.ts';
import { ReleaseButton } from './release-button.tsx';

const TABS = ['live', 'history', 'definition'] as const;

/** One pipeline: its stages live, its history, its definition. */
export function PipelinePage() {
  const { name = '' } = useParams();
  const definition = useQuery(definitionQuery(name));
  const [tab, setTab] = useUrlTab(TABS);
  const pipeline = definition.data?.pipeline;
  return (
    <Page
      title={name}
      crumbs={[{ text: 'Pipelines', to: paths.pipelines() }]}
      self={paths.pipeline(name)}
      info={pipeline === undefined ? undefined : <ModeBadges of={pipeline} />}
      actions={pipeline === undefined ? undefined : <ReleaseButton pipeline={pipeline} />}
    >
      <Loaded query={definition}>
        {(data) => (
          <Tabs
            ariaLabel="Views of the pipeline"
            activeTabId={tab}
            onChange={({ detail }) => setTab(detail.activeTabId)}
            tabs={[
              { id: 'live', label: 'Stages', content: <LiveTab name={name} definition={data} /> },
              {
                id: 'history',
                label: 'Executions',
                content: <HistoryTab name={name} definition={data.pipeline} />,
              },
              { id: 'definition', label: 'Definition', content: <DefinitionTab of={data} /> },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

function ModeBadges({ of }: { readonly of: { readonly executionMode?: string; readonly version?: number } }) {
  return (
    <>
      <Badge>{of.executionMode ?? 'SUPERSEDED'} mode</Badge> <Badge>Version {of.version}</Badge>
    </>
  );
}
