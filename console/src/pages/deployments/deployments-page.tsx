import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { DeploymentsTable } from './deployments-table.tsx';

/** Every deployment, newest first. */
export function DeploymentsPage() {
  return (
    <Page title="Deployments" crumbs={[]} self={paths.deployments()}>
      <DeploymentsTable title="All deployments" />
    </Page>
  );
}
