import type { DeploymentGroupInfo } from '@aws-sdk/client-codedeploy';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { awsCommand } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { wholeList } from '../../ui/table-source.ts';
import { DeploymentsTable } from '../deployments/deployments-table.tsx';
import { applicationQuery, groupsQuery } from '../deployments/queries.ts';
import { hostsInWords, rollbackInWords } from './group-words.ts';
import { LatestDeployment } from './latest-deployment.tsx';

const COLUMNS: TableProps.ColumnDefinition<DeploymentGroupInfo>[] = [
  {
    id: 'name',
    header: 'Group',
    sortingField: 'deploymentGroupName',
    isRowHeader: true,
    minWidth: 150,
    cell: (group) => group.deploymentGroupName,
  },
  {
    id: 'latest',
    header: 'Latest deployment',
    minWidth: 210,
    cell: (group) => <LatestDeployment of={group.lastAttemptedDeployment} />,
  },
  {
    id: 'good',
    header: 'Last good one',
    minWidth: 210,
    cell: (group) => <LatestDeployment of={group.lastSuccessfulDeployment} />,
  },
  { id: 'hosts', header: 'Hosts with the tags', minWidth: 140, cell: hostsInWords },
  {
    id: 'configuration',
    header: 'Configuration',
    minWidth: 190,
    cell: (group) => group.deploymentConfigName,
  },
  { id: 'rollback', header: 'Rolls back', minWidth: 110, cell: rollbackInWords },
];

/** One application: its groups and their deployments. */
export function ApplicationPage() {
  const { name = '' } = useParams();
  const application = useQuery(applicationQuery(name));
  return (
    <Page
      title={name}
      crumbs={[{ text: 'Applications', to: paths.applications() }]}
      self={paths.application(name)}
    >
      <Loaded query={application}>{() => <Groups application={name} />}</Loaded>
    </Page>
  );
}

function Groups({ application }: { readonly application: string }) {
  const groups = useQuery(groupsQuery(application));
  return (
    <>
      <DataTable
        title="Deployment groups"
        source={wholeList(groups)}
        columns={COLUMNS}
        trackBy={(group) => group.deploymentGroupName ?? ''}
        textOf={(group) => `${group.deploymentGroupName} ${hostsInWords(group)}`}
        empty={
          <EmptyState
            title="No groups yet"
            command={awsCommand('deploy create-deployment-group --cli-input-json file://group.json')}
            commandName="create a deployment group from a file"
          >
            A group says by tags which hosts get the application.
          </EmptyState>
        }
      />
      {(groups.data ?? []).map(({ deploymentGroupName = '' }) => (
        <DeploymentsTable
          key={deploymentGroupName}
          title={`Deployments to ${deploymentGroupName}`}
          of={{ applicationName: application, deploymentGroupName }}
        />
      ))}
    </>
  );
}
