import { useInfiniteQuery } from '@tanstack/react-query';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { pagedList } from '../../ui/table-source.ts';
import { BUILD_COLUMNS, buildText } from './build-columns.tsx';
import { buildsQuery } from './queries.ts';

/** Builds of one project, or of all, newest first. */
export function BuildsTable({ project }: { readonly project?: string }) {
  const builds = useInfiniteQuery(buildsQuery(project));
  return (
    <DataTable
      title={project === undefined ? 'All builds' : 'Builds'}
      source={pagedList(builds, (page) => page.builds)}
      columns={BUILD_COLUMNS}
      trackBy={(build) => build.id ?? ''}
      textOf={buildText}
      empty={
        <EmptyState title="No builds yet">
          A build runs when a pipeline or a person starts its project.
        </EmptyState>
      }
    />
  );
}
