import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { reportsQuery } from '../builds/queries.ts';
import { TestReport } from './test-report.tsx';

/** Every test report of a build. */
export function ReportsTab({ arns }: { readonly arns: readonly string[] }) {
  const reports = useQuery({ ...reportsQuery(arns), enabled: arns.length > 0 });
  if (arns.length === 0) {
    return (
      <EmptyState title="No test report">
        A buildspec with a reports section collects what its tests write.
      </EmptyState>
    );
  }
  return (
    <Loaded query={reports}>
      {(list) => (
        <SpaceBetween size="l">
          {list.map((report) => (
            <TestReport key={report.arn} of={report} />
          ))}
        </SpaceBetween>
      )}
    </Loaded>
  );
}
