import type { PipelineDeclaration, PipelineExecutionSummary } from '@aws-sdk/client-codepipeline';
import type { TableProps } from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { AppLink } from '../../ui/app-link.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { paths } from '../../ui/paths.ts';
import { isRunning, Status } from '../../ui/status.tsx';
import { pagedList } from '../../ui/table-source.ts';
import { revisionViews } from '../shared/revision.ts';
import { Revisions } from '../shared/revisions.tsx';
import { triggerInWords } from '../shared/trigger-words.ts';
import { historyQuery } from './queries.ts';

interface HistoryTabProps {
  readonly name: string;
  readonly definition: PipelineDeclaration | undefined;
}

/** Every execution, newest first. */
export function HistoryTab({ name, definition }: HistoryTabProps) {
  const history = useInfiniteQuery(historyQuery(name));
  const columns = useMemo(() => columnsFor(name, definition), [name, definition]);
  return (
    <DataTable
      title="Executions"
      source={pagedList(history, (page) => page.pipelineExecutionSummaries)}
      columns={columns}
      trackBy={(execution) => execution.pipelineExecutionId ?? ''}
      textOf={textOf}
      empty={
        <EmptyState title="No executions yet">Push to the source, or press “Release change”.</EmptyState>
      }
    />
  );
}

function textOf(execution: PipelineExecutionSummary): string {
  const revisions = (execution.sourceRevisions ?? []).flatMap((each) => [
    each.revisionId,
    each.revisionSummary,
  ]);
  return [
    execution.pipelineExecutionId,
    execution.status,
    triggerInWords(execution.trigger),
    ...revisions,
  ].join(' ');
}

function columnsFor(
  name: string,
  definition: PipelineDeclaration | undefined,
): TableProps.ColumnDefinition<PipelineExecutionSummary>[] {
  return [
    {
      id: 'id',
      header: 'Execution',
      isRowHeader: true,
      minWidth: 110,
      cell: ({ pipelineExecutionId: id = '' }) => (
        <AppLink to={paths.execution(name, id)}>
          <span className="pw-mono">{id.slice(0, 8)}</span>
        </AppLink>
      ),
    },
    {
      id: 'status',
      header: 'Status',
      sortingField: 'status',
      minWidth: 150,
      cell: (execution) => <Status of={execution.status} />,
    },
    {
      id: 'revision',
      header: 'Revision',
      minWidth: 220,
      cell: (execution) => <Revisions of={revisionViews(execution.sourceRevisions, definition)} />,
    },
    {
      id: 'trigger',
      header: 'Trigger',
      minWidth: 170,
      cell: (execution) => triggerInWords(execution.trigger),
    },
    {
      id: 'started',
      header: 'Started',
      sortingField: 'startTime',
      minWidth: 130,
      cell: (execution) => <Moment at={execution.startTime} />,
    },
    {
      id: 'took',
      header: 'Took',
      minWidth: 110,
      cell: (execution) => (
        <Elapsed
          from={execution.startTime}
          to={isRunning(execution.status) ? undefined : execution.lastUpdateTime}
        />
      ),
    },
  ];
}
