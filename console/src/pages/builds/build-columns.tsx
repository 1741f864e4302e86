import type { Build } from '@aws-sdk/client-codebuild';
import type { TableProps } from '@cloudscape-design/components/table';
import { AppLink } from '../../ui/app-link.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { paths } from '../../ui/paths.ts';
import { Status } from '../../ui/status.tsx';
import { PipelineLink } from '../shared/pipeline-link.tsx';
import { shortRevision } from '../shared/revision.ts';

export const BUILD_COLUMNS: TableProps.ColumnDefinition<Build>[] = [
  {
    id: 'build',
    header: 'Build',
    isRowHeader: true,
    minWidth: 170,
    cell: ({ id = '', projectName, buildNumber }) => (
      <AppLink to={paths.build(id)}>
        {projectName} #{buildNumber}
      </AppLink>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    sortingField: 'buildStatus',
    minWidth: 150,
    cell: (build) => <Status of={build.buildStatus} />,
  },
  {
    id: 'revision',
    header: 'Revision',
    minWidth: 110,
    cell: ({ resolvedSourceVersion }) =>
      resolvedSourceVersion === undefined ? (
        '–'
      ) : (
        <span className="pw-mono">{shortRevision(resolvedSourceVersion)}</span>
      ),
  },
  {
    id: 'by',
    header: 'Started by',
    sortingField: 'initiator',
    minWidth: 140,
    cell: (build) => <PipelineLink initiator={build.initiator} />,
  },
  {
    id: 'started',
    header: 'Started',
    sortingField: 'startTime',
    minWidth: 130,
    cell: (build) => <Moment at={build.startTime} />,
  },
  {
    id: 'took',
    header: 'Took',
    minWidth: 100,
    cell: (build) => <Elapsed from={build.startTime} to={build.endTime} />,
  },
];

export function buildText(build: Build): string {
  return [build.id, build.buildStatus, build.initiator, build.resolvedSourceVersion].join(' ');
}
