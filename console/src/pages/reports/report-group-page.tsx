import type { Report } from '@aws-sdk/client-codebuild';
import type { TableProps } from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { AppLink } from '../../ui/app-link.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { durationInWords } from '../../ui/duration.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { Status } from '../../ui/status.tsx';
import { pagedList } from '../../ui/table-source.ts';
import { testsInWords } from '../build/test-words.ts';
import { groupReportsQuery } from '../builds/queries.ts';
import { PassRate } from './pass-rate.tsx';

const NANOSECONDS = 1_000_000;

/** `project:uuid` of the build that made a report. */
const buildOf = (report: Report): string => report.executionId?.split('build/')[1] ?? '';

const COLUMNS: TableProps.ColumnDefinition<Report>[] = [
  {
    id: 'created',
    header: 'When',
    sortingField: 'created',
    isRowHeader: true,
    minWidth: 150,
    cell: (report) => <Moment at={report.created} />,
  },
  {
    id: 'status',
    header: 'Status',
    sortingField: 'status',
    minWidth: 150,
    cell: (report) => <Status of={report.status} />,
  },
  { id: 'rate', header: 'Passed', minWidth: 170, cell: (report) => <PassRate of={report.testSummary} /> },
  { id: 'tests', header: 'Tests', minWidth: 220, cell: (report) => testsInWords(report.testSummary) },
  {
    id: 'took',
    header: 'Took',
    minWidth: 100,
    cell: (report) => durationInWords((report.testSummary?.durationInNanoSeconds ?? 0) / NANOSECONDS),
  },
  {
    id: 'build',
    header: 'Build',
    minWidth: 180,
    cell: (report) => (
      <AppLink to={`${paths.build(buildOf(report))}?tab=tests`}>
        {buildOf(report).split(':')[0]}: its tests
      </AppLink>
    ),
  },
];

/** The reports of one group, newest first. */
export function ReportGroupPage() {
  const { name = '' } = useParams();
  const reports = useInfiniteQuery(groupReportsQuery(name));
  return (
    <Page
      title={name}
      crumbs={[{ text: 'Test reports', to: paths.reportGroups() }]}
      self={paths.reportGroup(name)}
    >
      <DataTable
        title="Reports"
        source={pagedList(reports, (page) => page.reports)}
        columns={COLUMNS}
        trackBy={(report) => report.arn ?? ''}
        textOf={(report) => `${report.status} ${buildOf(report)}`}
        empty={
          <EmptyState title="No reports yet">
            A build that collects reports into this group adds one.
          </EmptyState>
        }
      />
    </Page>
  );
}
