import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { BuildsTable } from './builds-table.tsx';

/** Every build, newest first. */
export function BuildsPage() {
  return (
    <Page title="Builds" crumbs={[]} self={paths.builds()}>
      <BuildsTable />
    </Page>
  );
}
