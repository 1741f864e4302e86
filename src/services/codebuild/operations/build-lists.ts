import type {
  ListBuildsCommandInput,
  ListBuildsCommandOutput,
  ListBuildsForProjectCommandInput,
  ListBuildsForProjectCommandOutput,
  ListCuratedEnvironmentImagesCommandInput,
  ListCuratedEnvironmentImagesCommandOutput,
} from '@aws-sdk/client-codebuild';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { CURATED_IMAGES } from '../model/images.ts';
import type { CodeBuildParts } from '../parts.ts';
import { cutPage, PAGE, readPageToken } from './paging.ts';
import { missingProject, projectArn } from './projects.ts';

export function buildListOperations(parts: CodeBuildParts): ServiceOperations {
  const { read } = parts.kernel.database;
  return {
    ListBuilds: operation<ListBuildsCommandInput, Omit<ListBuildsCommandOutput, '$metadata'>>({
      mutates: false,
      handler: (input, { scope }) => list(parts, scope, undefined, input),
    }),
    ListBuildsForProject: operation<
      ListBuildsForProjectCommandInput,
      Omit<ListBuildsForProjectCommandOutput, '$metadata'>
    >({
      mutates: false,
      resources: (input, { scope }) => [projectArn(scope, input.projectName as string)],
      async handler(input, { scope }) {
        const project = input.projectName as string;
        const known = await read.query(
          'select 1 from codebuild_projects where account = ? and region = ? and name = ?',
          [scope.account, scope.region, project],
        );
        if (known.length === 0) throw missingProject(scope, project);
        return list(parts, scope, project, input);
      },
    }),
    ListCuratedEnvironmentImages: operation<
      ListCuratedEnvironmentImagesCommandInput,
      Omit<ListCuratedEnvironmentImagesCommandOutput, '$metadata'>
    >({
      mutates: false,
      handler: async () => ({
        platforms: CURATED_IMAGES.map(({ platform, names }) => ({
          platform,
          languages: [
            {
              language: 'BASE',
              images: names.map(([name, description]) => ({ name, description, versions: [name] })),
            },
          ],
        })),
      }),
    }),
  };
}

/** Newest first unless asked otherwise, as AWS lists builds. */
async function list(
  parts: CodeBuildParts,
  scope: Scope,
  project: string | undefined,
  input: { readonly sortOrder?: string; readonly nextToken?: string },
): Promise<{ ids: string[]; nextToken: string | undefined }> {
  const [order, side] = input.sortOrder === 'ASCENDING' ? ['asc', '>'] : ['desc', '<'];
  const name = `builds/${project ?? ''}/${order}`;
  const after = readPageToken(name, input.nextToken, ['number']);
  const rows = await parts.kernel.database.read.query<{ id: string; position: number }>(
    `select id, position from codebuild_builds where account = ? and region = ?
     ${project === undefined ? '' : 'and project = ?'} ${after ? `and position ${side} ?` : ''}
     order by position ${order} limit ${PAGE + 1}`,
    [scope.account, scope.region, ...(project === undefined ? [] : [project]), ...(after ?? [])],
  );
  const { shown, nextToken } = cutPage(rows, PAGE, name, (row) => [row.position]);
  return { ids: shown.map((row) => row.id), nextToken };
}
