import type { Commit } from '@aws-sdk/client-codecommit';
import type { TableProps } from '@cloudscape-design/components/table';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useParams } from 'react-router';
import { AppLink } from '../../ui/app-link.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { pagedList } from '../../ui/table-source.ts';
import { shortRevision } from '../shared/revision.ts';
import { BranchBar } from './branch-bar.tsx';
import { commitTime } from './commit-time.ts';
import { branchesQuery, commitsQuery } from './queries.ts';

const firstLine = (message: string | undefined): string => message?.split('\n')[0] ?? '';

/** The commits of a branch, newest first. */
export function CommitsPage() {
  const { name = '', branch = '' } = useParams();
  const branches = useQuery(branchesQuery(name));
  const commits = useInfiniteQuery(commitsQuery(name, branch));
  const columns = useMemo(() => columnsFor(name), [name]);
  return (
    <Page
      title={`Commits of ${branch}`}
      crumbs={[
        { text: 'Repositories', to: paths.repositories() },
        { text: name, to: paths.repository(name) },
      ]}
      self={paths.commits(name, branch)}
    >
      <BranchBar repository={name} branch={branch} branches={branches.data ?? [branch]} page="commits" />
      <DataTable
        title="Commits"
        source={pagedList(commits, (page) => page.commits)}
        columns={columns}
        trackBy={(commit) => commit.commitId ?? ''}
        textOf={(commit) => [commit.commitId, commit.message, commit.author?.name].join(' ')}
        empty={<EmptyState title="No commits">The branch has no commits.</EmptyState>}
      />
    </Page>
  );
}

function columnsFor(repository: string): TableProps.ColumnDefinition<Commit>[] {
  return [
    {
      id: 'id',
      header: 'Commit',
      isRowHeader: true,
      minWidth: 110,
      cell: ({ commitId = '' }) => (
        <AppLink to={paths.commit(repository, commitId)}>
          <span className="pw-mono">{shortRevision(commitId)}</span>
        </AppLink>
      ),
    },
    { id: 'message', header: 'Message', minWidth: 280, cell: (commit) => firstLine(commit.message) },
    { id: 'author', header: 'Author', minWidth: 140, cell: (commit) => commit.author?.name ?? '–' },
    {
      id: 'when',
      header: 'Committed',
      minWidth: 130,
      cell: (commit) => <Moment at={commitTime(commit.committer?.date)} />,
    },
  ];
}
