/** The stable addresses of the console, below its base. Every part is encoded, so a branch may hold slashes. */
const path = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join('/')}`;

/** Encodes a file's path part by part. */
const filePath = (file: string): string => file.split('/').filter(Boolean).map(encodeURIComponent).join('/');

export const paths = {
  pipelines: () => path('pipelines'),
  pipeline: (name: string) => path('pipelines', name),
  pipelineTab: (name: string, tab: string) => `${path('pipelines', name)}?tab=${tab}`,
  execution: (pipeline: string, id: string) => path('pipelines', pipeline, 'executions', id),
  projects: () => path('projects'),
  project: (name: string) => path('projects', name),
  builds: () => path('builds'),
  /** A build's id is `project:uuid`. */
  build: (id: string) => {
    const at = id.lastIndexOf(':');
    return path('builds', id.slice(0, at), id.slice(at + 1));
  },
  reportGroups: () => path('report-groups'),
  reportGroup: (name: string) => path('report-groups', name),
  deployments: () => path('deployments'),
  deployment: (id: string) => path('deployments', id),
  applications: () => path('applications'),
  application: (name: string) => path('applications', name),
  hosts: () => path('hosts'),
  repositories: () => path('repositories'),
  repository: (name: string) => path('repositories', name),
  tree: (repository: string, branch: string, file = '') => {
    const base = path('repositories', repository, 'tree', branch);
    return file === '' ? base : `${base}/${filePath(file)}`;
  },
  commits: (repository: string, branch: string) => path('repositories', repository, 'commits', branch),
  commit: (repository: string, id: string) => path('repositories', repository, 'commit', id),
} as const;

export const BASE = '/_pipewright/console';
