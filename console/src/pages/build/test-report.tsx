import type { Report, TestCase } from '@aws-sdk/client-codebuild';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { AppLink } from '../../ui/app-link.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { durationInWords } from '../../ui/duration.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { paths } from '../../ui/paths.ts';
import { Status, statusLook } from '../../ui/status.tsx';
import { wholeList } from '../../ui/table-source.ts';
import { testCasesQuery } from '../builds/queries.ts';
import { FailedTests } from './failed-tests.tsx';
import { testsInWords } from './test-words.ts';

const NANOSECONDS = 1_000_000;

const COLUMNS: TableProps.ColumnDefinition<TestCase>[] = [
  {
    id: 'name',
    header: 'Test',
    sortingField: 'name',
    isRowHeader: true,
    minWidth: 260,
    cell: (test) => test.name,
  },
  { id: 'suite', header: 'Suite', sortingField: 'prefix', minWidth: 160, cell: (test) => test.prefix ?? '–' },
  {
    id: 'status',
    header: 'Status',
    sortingField: 'status',
    minWidth: 120,
    cell: (test) => <Status of={test.status} />,
  },
  {
    id: 'took',
    header: 'Took',
    sortingField: 'durationInNanoSeconds',
    minWidth: 100,
    cell: (test) => durationInWords((test.durationInNanoSeconds ?? 0) / NANOSECONDS),
  },
];

/** A report: the failed tests first with their messages, then all of them. */
export function TestReport({ of }: { readonly of: Report }) {
  const cases = useQuery(testCasesQuery(of.arn ?? ''));
  const failed = (cases.data ?? []).filter((test) => statusLook(test.status)[0] === 'error');
  const group = of.reportGroupArn?.split('/').at(-1) ?? of.name ?? '';
  return (
    <SpaceBetween size="m">
      <span className="pw-inline">
        <Status of={of.status} words={testsInWords(of.testSummary)} />
        <AppLink to={paths.reportGroup(group)}>{group}: all reports</AppLink>
      </span>
      <FailedTests of={failed} />
      <DataTable
        title={`Tests of ${group}`}
        source={wholeList(cases)}
        columns={COLUMNS}
        trackBy={(test) => `${test.prefix}\n${test.name}\n${test.testRawDataPath}`}
        textOf={(test) => `${test.name} ${test.prefix} ${test.status}`}
        empty={<EmptyState title="No tests">The report holds no test cases.</EmptyState>}
      />
    </SpaceBetween>
  );
}
