import type { GetFolderOutput } from '@aws-sdk/client-codecommit';
import Icon from '@cloudscape-design/components/icon';
import type { TableProps } from '@cloudscape-design/components/table';
import { AppLink } from '../../ui/app-link.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { paths } from '../../ui/paths.ts';

interface Entry {
  readonly kind: 'folder' | 'file' | 'link' | 'submodule';
  readonly name: string;
  readonly path: string;
  readonly note: string;
}

interface FolderTableProps {
  readonly repository: string;
  readonly branch: string;
  readonly path: string;
  readonly folder: GetFolderOutput;
}

/** The entries of a folder, folders first. */
export function FolderTable({ repository, branch, path, folder }: FolderTableProps) {
  return (
    <DataTable
      title={path === '' ? 'Files' : path}
      source={{ items: entriesOf(folder), error: null, retry: () => undefined }}
      columns={columnsFor(repository, branch)}
      trackBy={(entry) => entry.path}
      textOf={(entry) => entry.name}
      empty={<EmptyState title="An empty folder">There are no files here.</EmptyState>}
    />
  );
}

function entriesOf({ subFolders, files, symbolicLinks, subModules }: GetFolderOutput): Entry[] {
  const entry = (kind: Entry['kind'], relative = '', absolute = '', note = ''): Entry => ({
    kind,
    name: relative,
    path: absolute,
    note,
  });
  return [
    ...(subFolders ?? []).map((each) => entry('folder', each.relativePath, each.absolutePath)),
    ...(files ?? []).map((each) =>
      entry('file', each.relativePath, each.absolutePath, each.fileMode === 'EXECUTABLE' ? 'executable' : ''),
    ),
    ...(symbolicLinks ?? []).map((each) =>
      entry('link', each.relativePath, each.absolutePath, 'symbolic link'),
    ),
    ...(subModules ?? []).map((each) =>
      entry('submodule', each.relativePath, each.absolutePath, `submodule at ${each.commitId?.slice(0, 8)}`),
    ),
  ];
}

function columnsFor(repository: string, branch: string): TableProps.ColumnDefinition<Entry>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      sortingField: 'name',
      isRowHeader: true,
      cell: (entry) => (
        <>
          <Icon name={entry.kind === 'folder' ? 'folder' : 'file'} />{' '}
          {entry.kind === 'folder' || entry.kind === 'file' ? (
            <AppLink to={paths.tree(repository, branch, entry.path)}>{entry.name}</AppLink>
          ) : (
            entry.name
          )}
        </>
      ),
    },
    { id: 'note', header: 'Kind', cell: (entry) => entry.note || entry.kind },
  ];
}
