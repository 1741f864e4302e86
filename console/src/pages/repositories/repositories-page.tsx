import type { RepositoryMetadata } from '@aws-sdk/client-codecommit';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { AppLink } from '../../ui/app-link.tsx';
import { awsCommand } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { wholeList } from '../../ui/table-source.ts';
import { repositoriesQuery } from './queries.ts';

const nameOf = (repository: RepositoryMetadata): string => repository.repositoryName ?? '';

const COLUMNS: TableProps.ColumnDefinition<RepositoryMetadata>[] = [
  {
    id: 'name',
    header: 'Repository',
    sortingField: 'repositoryName',
    isRowHeader: true,
    minWidth: 160,
    cell: (repository) => <AppLink to={paths.repository(nameOf(repository))}>{nameOf(repository)}</AppLink>,
  },
  {
    id: 'about',
    header: 'Description',
    minWidth: 200,
    cell: (repository) => repository.repositoryDescription || '–',
  },
  {
    id: 'branch',
    header: 'Default branch',
    minWidth: 130,
    cell: (repository) => repository.defaultBranch ?? '–',
  },
  {
    id: 'changed',
    header: 'Changed',
    sortingField: 'lastModifiedDate',
    minWidth: 130,
    cell: (repository) => <Moment at={repository.lastModifiedDate} />,
  },
];

/** Every repository. */
export function RepositoriesPage() {
  const repositories = useQuery(repositoriesQuery());
  return (
    <Page title="Repositories" crumbs={[]} self={paths.repositories()}>
      <DataTable
        title="All repositories"
        source={wholeList(repositories)}
        columns={COLUMNS}
        trackBy={nameOf}
        textOf={(repository) => `${nameOf(repository)} ${repository.repositoryDescription ?? ''}`}
        empty={
          <EmptyState
            title="No repositories yet"
            command={awsCommand('codecommit create-repository --repository-name my-service')}
            commandName="create a repository"
          >
            A repository keeps the source; a push to it can start a pipeline.
          </EmptyState>
        }
      />
    </Page>
  );
}
