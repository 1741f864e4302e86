import type { ReportGroup } from '@aws-sdk/client-codebuild';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { AppLink } from '../../ui/app-link.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { wholeList } from '../../ui/table-source.ts';
import { testsInWords } from '../build/test-words.ts';
import { latestReportQuery, reportGroupsQuery } from '../builds/queries.ts';
import { PassRate } from './pass-rate.tsx';

const nameOf = (group: ReportGroup): string => group.name ?? '';

const COLUMNS: TableProps.ColumnDefinition<ReportGroup>[] = [
  {
    id: 'name',
    header: 'Report group',
    sortingField: 'name',
    isRowHeader: true,
    minWidth: 200,
    cell: (group) => <AppLink to={paths.reportGroup(nameOf(group))}>{nameOf(group)}</AppLink>,
  },
  { id: 'rate', header: 'Passed lately', minWidth: 170, cell: (group) => <LatestRate of={nameOf(group)} /> },
  { id: 'tests', header: 'Tests', minWidth: 220, cell: (group) => <LatestTests of={nameOf(group)} /> },
  {
    id: 'when',
    header: 'Latest report',
    minWidth: 130,
    cell: (group) => <LatestMoment of={nameOf(group)} />,
  },
];

function LatestRate({ of }: { readonly of: string }) {
  return <PassRate of={useQuery(latestReportQuery(of)).data?.testSummary} />;
}

function LatestTests({ of }: { readonly of: string }) {
  const { data } = useQuery(latestReportQuery(of));
  return <>{data ? testsInWords(data.testSummary) : '–'}</>;
}

function LatestMoment({ of }: { readonly of: string }) {
  return <Moment at={useQuery(latestReportQuery(of)).data?.created} />;
}

/** Every report group and how its tests went last. */
export function ReportGroupsPage() {
  const groups = useQuery(reportGroupsQuery());
  return (
    <Page title="Test reports" crumbs={[]} self={paths.reportGroups()}>
      <DataTable
        title="All report groups"
        source={wholeList(groups)}
        columns={COLUMNS}
        trackBy={nameOf}
        textOf={nameOf}
        empty={
          <EmptyState title="No test reports yet">
            A buildspec with a reports section collects what its tests write; the group is made with the first
            report.
          </EmptyState>
        }
      />
    </Page>
  );
}
