import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useRouteError } from 'react-router';
import { AppLink } from '../ui/app-link.tsx';
import { Page } from '../ui/page.tsx';
import { paths } from '../ui/paths.ts';

/** A page that broke, for example because its code went with an upgrade of the server. */
export function BrokenPage() {
  const error = useRouteError();
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      type="error"
      header="This page broke"
      action={<Button onClick={() => location.reload()}>Load it again</Button>}
    >
      Perhaps the server was upgraded meanwhile; then loading the page again helps. The browser says:{' '}
      {message}
    </Alert>
  );
}

export function MissingPage() {
  return (
    <Page title="There is no such page" crumbs={[]} self={location.pathname}>
      <Alert type="info">
        The address does not belong to a page of the console.{' '}
        <AppLink to={paths.pipelines()}>Go to the pipelines</AppLink>
      </Alert>
    </Page>
  );
}
