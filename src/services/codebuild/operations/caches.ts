import type {
  InvalidateProjectCacheCommandInput,
  InvalidateProjectCacheCommandOutput,
} from '@aws-sdk/client-codebuild';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { cachePlace, localPlace } from '../model/cache-place.ts';
import type { ProjectDefinition } from '../model/request.ts';
import type { CodeBuildParts } from '../parts.ts';
import { clearPlace } from '../work/cache/store.ts';
import { missingProject, projectArn } from './projects.ts';

export function cacheOperations(parts: CodeBuildParts): ServiceOperations {
  return {
    InvalidateProjectCache: operation<
      InvalidateProjectCacheCommandInput,
      Omit<InvalidateProjectCacheCommandOutput, '$metadata'>
    >({
      mutates: true,
      resources: (input, { scope }) => [projectArn(scope, input.projectName as string)],
      async handler(input, { scope }) {
        const project = input.projectName as string;
        const [row] = await parts.kernel.database.read.query<{ definition: string }>(
          'select definition from codebuild_projects where account = ? and region = ? and name = ?',
          [scope.account, scope.region, project],
        );
        if (!row) throw missingProject(scope, project);
        const { cache } = JSON.parse(row.definition) as ProjectDefinition;
        const place = cachePlace(cache, project);
        if (place.kind !== 'none') await clearPlace(parts, scope, place);
        // What is left of the time before the project was given another one.
        await clearPlace(parts, scope, { kind: 'local', name: localPlace(project) });
        return {};
      },
    }),
  };
}
