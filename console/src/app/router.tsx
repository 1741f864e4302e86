import { createBrowserRouter, type LazyRouteFunction, Navigate, type RouteObject } from 'react-router';
import { BASE } from '../ui/paths.ts';
import { BrokenPage, MissingPage } from './broken-page.tsx';
import { PageLoading } from './page-loading.tsx';
import { Shell } from './shell.tsx';

/** A page whose code loads when it is first opened. */
function page(path: string, lazy: LazyRouteFunction<RouteObject>): RouteObject {
  return { path, lazy, errorElement: <BrokenPage />, hydrateFallbackElement: <PageLoading /> };
}

const PAGES: RouteObject[] = [
  { index: true, element: <Navigate to="/pipelines" replace /> },
  page('pipelines', async () => ({
    Component: (await import('../pages/pipelines/pipelines-page.tsx')).PipelinesPage,
  })),
  page('pipelines/:name', async () => ({
    Component: (await import('../pages/pipeline/pipeline-page.tsx')).PipelinePage,
  })),
  page('pipelines/:name/executions/:id', async () => ({
    Component: (await import('../pages/execution/execution-page.tsx')).ExecutionPage,
  })),
  page('projects', async () => ({
    Component: (await import('../pages/builds/projects-page.tsx')).ProjectsPage,
  })),
  page('projects/:name', async () => ({
    Component: (await import('../pages/builds/project-page.tsx')).ProjectPage,
  })),
  page('builds', async () => ({ Component: (await import('../pages/builds/builds-page.tsx')).BuildsPage })),
  page('builds/:project/:id', async () => ({
    Component: (await import('../pages/build/build-page.tsx')).BuildPage,
  })),
  page('report-groups', async () => ({
    Component: (await import('../pages/reports/report-groups-page.tsx')).ReportGroupsPage,
  })),
  page('report-groups/:name', async () => ({
    Component: (await import('../pages/reports/report-group-page.tsx')).ReportGroupPage,
  })),
  page('deployments', async () => ({
    Component: (await import('../pages/deployments/deployments-page.tsx')).DeploymentsPage,
  })),
  page('deployments/:id', async () => ({
    Component: (await import('../pages/deployments/deployment-page.tsx')).DeploymentPage,
  })),
  page('applications', async () => ({
    Component: (await import('../pages/applications/applications-page.tsx')).ApplicationsPage,
  })),
  page('applications/:name', async () => ({
    Component: (await import('../pages/applications/application-page.tsx')).ApplicationPage,
  })),
  page('hosts', async () => ({ Component: (await import('../pages/hosts/hosts-page.tsx')).HostsPage })),
  page('repositories', async () => ({
    Component: (await import('../pages/repositories/repositories-page.tsx')).RepositoriesPage,
  })),
  page('repositories/:name', async () => ({
    Component: (await import('../pages/repositories/repository-page.tsx')).RepositoryPage,
  })),
  page('repositories/:name/tree/:branch/*', async () => ({
    Component: (await import('../pages/repositories/repository-page.tsx')).RepositoryPage,
  })),
  page('repositories/:name/commits/:branch', async () => ({
    Component: (await import('../pages/repositories/commits-page.tsx')).CommitsPage,
  })),
  page('repositories/:name/commit/:id', async () => ({
    Component: (await import('../pages/repositories/commit-page.tsx')).CommitPage,
  })),
  { path: '*', element: <MissingPage /> },
];

export function consoleRouter() {
  return createBrowserRouter(
    [
      {
        path: '/',
        element: <Shell />,
        errorElement: <BrokenPage />,
        hydrateFallbackElement: <PageLoading />,
        children: PAGES,
      },
    ],
    { basename: BASE },
  );
}
