import type { Project } from '@aws-sdk/client-codebuild';
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
import { projectsQuery } from './queries.ts';

const nameOf = (project: Project): string => project.name ?? '';

const COLUMNS: TableProps.ColumnDefinition<Project>[] = [
  {
    id: 'name',
    header: 'Project',
    sortingField: 'name',
    isRowHeader: true,
    minWidth: 160,
    cell: (project) => <AppLink to={paths.project(nameOf(project))}>{nameOf(project)}</AppLink>,
  },
  { id: 'source', header: 'Source', minWidth: 140, cell: (project) => project.source?.type },
  { id: 'image', header: 'Image', minWidth: 220, cell: (project) => project.environment?.image },
  { id: 'about', header: 'Description', minWidth: 180, cell: (project) => project.description ?? '–' },
  {
    id: 'changed',
    header: 'Changed',
    sortingField: 'lastModified',
    minWidth: 130,
    cell: (project) => <Moment at={project.lastModified} />,
  },
];

/** Every build project. */
export function ProjectsPage() {
  const projects = useQuery(projectsQuery());
  return (
    <Page title="Build projects" crumbs={[]} self={paths.projects()}>
      <DataTable
        title="All projects"
        source={wholeList(projects)}
        columns={COLUMNS}
        trackBy={nameOf}
        textOf={(project) => `${nameOf(project)} ${project.description ?? ''}`}
        empty={
          <EmptyState
            title="No build projects yet"
            command={awsCommand('codebuild create-project --cli-input-json file://project.json')}
            commandName="create a build project from a file"
          >
            A build project says where the source is and how it is built and tested.
          </EmptyState>
        }
      />
    </Page>
  );
}
