import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import { useQuery } from '@tanstack/react-query';
import { ErrorBox } from '../../ui/error-box.tsx';
import { useFollow } from '../../ui/follow.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { BASE, paths } from '../../ui/paths.ts';
import { FileView } from './file-view.tsx';
import { FolderTable } from './folder-table.tsx';
import { fileQuery, folderQuery } from './queries.ts';

interface TreeViewProps {
  readonly repository: string;
  readonly branch: string;
  /** Empty for the root. */
  readonly path: string;
}

/** A folder's entries, or a file's text. The path does not say which it is, so a folder that is none is read as a file. */
export function TreeView({ repository, branch, path }: TreeViewProps) {
  const folder = useQuery(folderQuery(repository, branch, path));
  const isFile = folder.error?.name === 'FolderDoesNotExistException';
  return (
    <>
      {path === '' ? null : <PathCrumbs repository={repository} branch={branch} path={path} />}
      {isFile ? (
        <OneFile repository={repository} branch={branch} path={path} />
      ) : folder.error === null ? (
        <Loaded query={folder}>
          {(data) => <FolderTable repository={repository} branch={branch} path={path} folder={data} />}
        </Loaded>
      ) : (
        <ErrorBox error={folder.error} retry={() => void folder.refetch()} />
      )}
    </>
  );
}

function OneFile({ repository, branch, path }: TreeViewProps) {
  const file = useQuery(fileQuery(repository, branch, path));
  return (
    <Loaded query={file}>
      {(data) => <FileView path={path} content={data.fileContent ?? new Uint8Array()} />}
    </Loaded>
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
