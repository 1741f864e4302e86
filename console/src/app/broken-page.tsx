import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useRouteError } from 'react-router';
import { AppLink } from '../ui/app-link.tsx';
import { Page } from '../ui/page.tsx';
import { paths } from '../ui/paths.ts';

/** What browsers say when code of a page does not come. */
const NO_CODE = /module script|dynamically imported module/i;

/** A page that broke, or whose code did not come: the server is away, or an upgrade took that code with it. */
export function BrokenPage() {
  const error = useRouteError();
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      type="error"
      header={NO_CODE.test(message) ? 'The page could not be loaded' : 'This page broke'}
      action={<Button onClick={() => location.reload()}>Load it again</Button>}
    >
      {NO_CODE.test(message)
        ? 'The server does not answer, or it was upgraded meanwhile. Load the page again once the server is back.'
        : 'Loading it again may help.'}{' '}
      The browser says: {message}
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
