import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import type { TableProps } from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { OfGroup } from '../../aws/deployments.ts';
import { AppLink } from '../../ui/app-link.tsx';
import { awsCommand } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { paths } from '../../ui/paths.ts';
import { isRunning, Status } from '../../ui/status.tsx';
import { pagedList } from '../../ui/table-source.ts';
import { creatorInWords } from './deployment-words.ts';
import { deploymentsQuery } from './queries.ts';

const COLUMNS: TableProps.ColumnDefinition<DeploymentInfo>[] = [
  {
    id: 'id',
    header: 'Deployment',
    isRowHeader: true,
    minWidth: 140,
    cell: ({ deploymentId = '' }) => <AppLink to={paths.deployment(deploymentId)}>{deploymentId}</AppLink>,
  },
  {
    id: 'status',
    header: 'Status',
    sortingField: 'status',
    minWidth: 150,
    cell: (deployment) => <Status of={deployment.status} />,
  },
  {
    id: 'application',
    header: 'Application',
    sortingField: 'applicationName',
    minWidth: 140,
    cell: ({ applicationName = '' }) => (
      <AppLink to={paths.application(applicationName)}>{applicationName}</AppLink>
    ),
  },
  {
    id: 'group',
    header: 'Group',
    sortingField: 'deploymentGroupName',
    minWidth: 140,
    cell: (deployment) => deployment.deploymentGroupName,
  },
  { id: 'by', header: 'Started by', minWidth: 140, cell: (deployment) => creatorInWords(deployment) },
  {
    id: 'started',
    header: 'Created',
    sortingField: 'createTime',
    minWidth: 130,
    cell: (deployment) => <Moment at={deployment.createTime} />,
  },
  {
    id: 'took',
    header: 'Took',
    minWidth: 100,
    cell: (deployment) => (
      <Elapsed
        from={deployment.createTime}
        to={isRunning(deployment.status) ? undefined : (deployment.completeTime ?? deployment.createTime)}
      />
    ),
  },
];

interface DeploymentsTableProps {
  readonly title: string;
  /** Only those of a group. */
  readonly of?: OfGroup;
}

/** Deployments, newest first. */
export function DeploymentsTable({ title, of }: DeploymentsTableProps) {
  const deployments = useInfiniteQuery(deploymentsQuery(of));
  return (
    <DataTable
      title={title}
      source={pagedList(deployments, (page) => page.deployments)}
      columns={
        of === undefined ? COLUMNS : COLUMNS.filter(({ id }) => id !== 'application' && id !== 'group')
      }
      trackBy={(deployment) => deployment.deploymentId ?? ''}
      textOf={(each) =>
        [each.deploymentId, each.status, each.applicationName, each.deploymentGroupName].join(' ')
      }
      empty={
        <EmptyState
          title="No deployments yet"
          command={awsCommand('deploy create-deployment --cli-input-json file://deployment.json')}
          commandName="create a deployment from a file"
        >
          A deployment brings a revision to the hosts of a group.
        </EmptyState>
      }
    />
  );
}
