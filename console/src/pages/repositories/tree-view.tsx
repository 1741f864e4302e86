import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import { useQuery } from '@tanstack/react-query';
import { useFollow } from '../../ui/follow.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { BASE, paths } from '../../ui/paths.ts';
import { FileView } from './file-view.tsx';
import { FolderTable } from './folder-table.tsx';
import { entryQuery } from './queries.ts';
import { Readme } from './readme.tsx';

interface TreeViewProps {
  readonly repository: string;
  readonly branch: string;
  /** Empty for the root. */
  readonly path: string;
}

/** A folder's entries, or a file's text. */
export function TreeView({ repository, branch, path }: TreeViewProps) {
  const entry = useQuery(entryQuery(repository, branch, path));
  return (
    <>
      {path === '' ? null : <PathCrumbs repository={repository} branch={branch} path={path} />}
      <Loaded query={entry}>
        {(data) =>
          data.kind === 'file' ? (
            <FileView path={path} content={data.content} />
          ) : (
            <>
              <FolderTable repository={repository} branch={branch} path={path} folder={data.folder} />
              <Readme repository={repository} branch={branch} folder={data.folder} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function PathCrumbs({ repository, branch, path }: TreeViewProps) {
  const follow = useFollow();
  const parts = path.split('/').filter(Boolean);
  const items = parts.map((text, index) => ({
    text,
    href: BASE + paths.tree(repository, branch, parts.slice(0, index + 1).join('/')),
  }));
  return (
    <BreadcrumbGroup
      ariaLabel="Path in the repository"
      items={[{ text: repository, href: BASE + paths.tree(repository, branch) }, ...items]}
      onFollow={follow}
    />
  );
}
