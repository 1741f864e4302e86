import type { PipelineSummary } from '@aws-sdk/client-codepipeline';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { AppLink } from '../../ui/app-link.tsx';
import { awsCommand } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { wholeList } from '../../ui/table-source.ts';
import { pipelinesQuery } from '../pipeline/queries.ts';
import { LatestRevision, LatestStart, LatestStatus, LatestTrigger } from './latest-cells.tsx';

const nameOf = (pipeline: PipelineSummary): string => pipeline.name ?? '';

const COLUMNS: TableProps.ColumnDefinition<PipelineSummary>[] = [
  {
    id: 'name',
    header: 'Pipeline',
    sortingField: 'name',
    isRowHeader: true,
    minWidth: 160,
    cell: (pipeline) => <AppLink to={paths.pipeline(nameOf(pipeline))}>{nameOf(pipeline)}</AppLink>,
  },
  {
    id: 'status',
    header: 'Latest execution',
    minWidth: 180,
    cell: (pipeline) => <LatestStatus of={nameOf(pipeline)} />,
  },
  {
    id: 'revision',
    header: 'Revision',
    minWidth: 200,
    cell: (pipeline) => <LatestRevision of={nameOf(pipeline)} />,
  },
  {
    id: 'trigger',
    header: 'Trigger',
    minWidth: 160,
    cell: (pipeline) => <LatestTrigger of={nameOf(pipeline)} />,
  },
  {
    id: 'started',
    header: 'Started',
    minWidth: 130,
    cell: (pipeline) => <LatestStart of={nameOf(pipeline)} />,
  },
  { id: 'type', header: 'Type', sortingField: 'pipelineType', cell: (pipeline) => pipeline.pipelineType },
];

/** Every pipeline and how its newest execution went. */
export function PipelinesPage() {
  const pipelines = useQuery(pipelinesQuery());
  return (
    <Page title="Pipelines" crumbs={[]} self={paths.pipelines()}>
      <DataTable
        title="All pipelines"
        source={wholeList(pipelines)}
        columns={COLUMNS}
        trackBy={nameOf}
        textOf={nameOf}
        empty={
          <EmptyState
            title="No pipelines yet"
            command={awsCommand('codepipeline create-pipeline --cli-input-json file://pipeline.json')}
            commandName="create a pipeline from a file"
          >
            A pipeline takes a change from its source through builds and approvals to its hosts.
          </EmptyState>
        }
      />
    </Page>
  );
}
