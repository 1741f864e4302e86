import type { InstanceInfo } from '@aws-sdk/client-codedeploy';
import Badge from '@cloudscape-design/components/badge';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { Status } from '../../ui/status.tsx';
import { wholeList } from '../../ui/table-source.ts';
import { hostsQuery } from '../deployments/queries.ts';
import { nameInArn } from '../shared/trigger-words.ts';

const tagWords = ({ tags = [] }: InstanceInfo): string[] =>
  tags.map((tag) => `${tag.Key}=${tag.Value ?? ''}`);

const COLUMNS: TableProps.ColumnDefinition<InstanceInfo>[] = [
  {
    id: 'name',
    header: 'Host',
    sortingField: 'instanceName',
    isRowHeader: true,
    minWidth: 160,
    cell: (host) => host.instanceName,
  },
  {
    id: 'status',
    header: 'Status',
    minWidth: 150,
    cell: ({ deregisterTime }) =>
      deregisterTime === undefined ? (
        <Status of="Succeeded" words="Registered" />
      ) : (
        <Status of="Stopped" words="Deregistered" />
      ),
  },
  {
    id: 'tags',
    header: 'Tags',
    minWidth: 200,
    cell: (host) => (
      <SpaceBetween direction="horizontal" size="xxs">
        {tagWords(host).map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </SpaceBetween>
    ),
  },
  {
    id: 'identity',
    header: 'Identity',
    minWidth: 160,
    cell: (host) => nameInArn(host.iamUserArn ?? host.iamSessionArn ?? '–'),
  },
  {
    id: 'registered',
    header: 'Registered',
    sortingField: 'registerTime',
    minWidth: 130,
    cell: (host) => <Moment at={host.registerTime} />,
  },
];

/** Hosts that deployments go to. */
export function HostsPage() {
  const hosts = useQuery(hostsQuery());
  return (
    <Page title="Hosts" crumbs={[]} self={paths.hosts()}>
      <DataTable
        title="All hosts"
        source={wholeList(hosts)}
        columns={COLUMNS}
        trackBy={(host) => host.instanceName ?? ''}
        textOf={(host) => [host.instanceName, ...tagWords(host)].join(' ')}
        empty={
          <EmptyState
            title="No hosts yet"
            command="pipewright agent --help"
            commandName="see how an agent starts"
          >
            A host registers when an agent starts on it; its tags say which groups deploy to it.
          </EmptyState>
        }
      />
    </Page>
  );
}
