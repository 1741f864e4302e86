/** What the demo creates, by name. */
export const names = {
  repository: 'web-service',
  branch: 'main',
  bucket: 'web-service-artifacts',
  project: 'web-service-build',
  application: 'web-service',
  group: 'production',
  pipeline: 'web-service',
  tag: { Key: 'service', Value: 'web-service' },
  stages: { source: 'Source', build: 'Build', approve: 'Approve', deploy: 'Deploy' },
  roles: { pipeline: 'web-service-pipeline', build: 'web-service-build', deploy: 'web-service-deploy' },
  gitUser: 'web-service-developer',
} as const;
