import type { ApplicationInfo } from '@aws-sdk/client-codedeploy';
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
import { applicationsQuery, groupsQuery } from '../deployments/queries.ts';
import { LatestDeployment, latestOf } from './latest-deployment.tsx';

const nameOf = (application: ApplicationInfo): string => application.applicationName ?? '';

const COLUMNS: TableProps.ColumnDefinition<ApplicationInfo>[] = [
  {
    id: 'name',
    header: 'Application',
    sortingField: 'applicationName',
    isRowHeader: true,
    minWidth: 180,
    cell: (application) => (
      <AppLink to={paths.application(nameOf(application))}>{nameOf(application)}</AppLink>
    ),
  },
  {
    id: 'groups',
    header: 'Groups',
    minWidth: 160,
    cell: (application) => <GroupNames of={nameOf(application)} />,
  },
  {
    id: 'latest',
    header: 'Latest deployment',
    minWidth: 200,
    cell: (application) => <Latest of={nameOf(application)} />,
  },
  {
    id: 'created',
    header: 'Created',
    sortingField: 'createTime',
    minWidth: 130,
    cell: (application) => <Moment at={application.createTime} />,
  },
];

function GroupNames({ of }: { readonly of: string }) {
  const { data } = useQuery(groupsQuery(of));
  return <>{(data ?? []).map((group) => group.deploymentGroupName).join(', ') || '–'}</>;
}

function Latest({ of }: { readonly of: string }) {
  const { data } = useQuery(groupsQuery(of));
  return <LatestDeployment of={latestOf(data ?? [])} />;
}

/** Every application and how its newest deployment went. */
export function ApplicationsPage() {
  const applications = useQuery(applicationsQuery());
  return (
    <Page title="Applications" crumbs={[]} self={paths.applications()}>
      <DataTable
        title="All applications"
        source={wholeList(applications)}
        columns={COLUMNS}
        trackBy={nameOf}
        textOf={nameOf}
        empty={
          <EmptyState
            title="No applications yet"
            command={awsCommand('deploy create-application --application-name my-service')}
            commandName="create an application"
          >
            An application names what is deployed; its groups say to which hosts.
          </EmptyState>
        }
      />
    </Page>
  );
}
