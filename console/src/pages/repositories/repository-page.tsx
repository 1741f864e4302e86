import Alert from '@cloudscape-design/components/alert';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { BranchBar } from './branch-bar.tsx';
import { branchesQuery, repositoryQuery } from './queries.ts';
import { TreeView } from './tree-view.tsx';

/** The files of a repository at a branch. */
export function RepositoryPage() {
  const { name = '', branch, '*': path = '' } = useParams();
  const repository = useQuery(repositoryQuery(name));
  const branches = useQuery(branchesQuery(name));
  const shown = branch ?? repository.data?.defaultBranch ?? branches.data?.[0];
  return (
    <Page
      title={name}
      crumbs={[{ text: 'Repositories', to: paths.repositories() }]}
      self={paths.repository(name)}
      description={repository.data?.repositoryDescription}
    >
      <Loaded query={repository}>
        {(data) => (
          <>
            <CommandLine command={`git clone ${data.cloneUrlHttp ?? ''}`} name="clone the repository" />
            <Loaded query={branches}>
              {(list) =>
                shown === undefined || list.length === 0 ? (
                  <EmptyState title="The repository is empty">Push a first commit to it.</EmptyState>
                ) : list.includes(shown) ? (
                  <>
                    <BranchBar repository={name} branch={shown} branches={list} page="tree" />
                    <TreeView repository={name} branch={shown} path={path} />
                  </>
                ) : (
                  <Alert type="info">There is no branch {shown}.</Alert>
                )
              }
            </Loaded>
          </>
        )}
      </Loaded>
    </Page>
  );
}
