import type {
  BatchGetRepositoriesCommandInput,
  BatchGetRepositoriesCommandOutput,
  CreateRepositoryCommandInput,
  CreateRepositoryCommandOutput,
  DeleteRepositoryCommandInput,
  DeleteRepositoryCommandOutput,
  GetRepositoryCommandInput,
  GetRepositoryCommandOutput,
  RepositoryMetadata,
  UpdateRepositoryDescriptionCommandInput,
  UpdateRepositoryNameCommandInput,
} from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { checkRepositoryName } from '../checks.ts';
import { createFolder, removeFolder, repositoryFolder } from '../git/folders.ts';
import { repositoryArn } from '../model/names.ts';
import type { CodeCommitParts } from '../parts.ts';
import {
  findRepository,
  needRepository,
  type Repository,
  repositoryMissing,
  toRepository,
} from '../repositories.ts';
import type { CodeCommitTables, RepositoryRow } from '../tables.ts';
import { REMOVE_TASK } from '../tasks.ts';
import { checkTags, insertTags } from './tags.ts';

const MAX_BATCH = 100;
const MAX_DESCRIPTION = 1000;

type Named = { readonly repositoryName?: string };

/** The ARN a permission is asked for. */
export function repositoryResource(input: Named, context: RequestContext): readonly string[] {
  return [repositoryArn(context.scope, input.repositoryName ?? '*')];
}

export function metadata(parts: CodeCommitParts, repository: Repository): RepositoryMetadata {
  return {
    accountId: repository.scope.account,
    repositoryId: repository.id,
    repositoryName: repository.name,
    repositoryDescription: repository.description,
    defaultBranch: repository.defaultBranch,
    lastModifiedDate: new Date(repository.updatedAt),
    creationDate: new Date(repository.createdAt),
    cloneUrlHttp: `${parts.kernel.endpoint()}/v1/repos/${repository.name}`,
    Arn: repositoryArn(repository.scope, repository.name),
  };
}

export function repositoryOperations(parts: CodeCommitParts): ServiceOperations {
  const { database, clock, tasks, changes } = parts.kernel;
  const ring = (tx: Parameters<typeof changes.publish>[0], scope: Scope, name: string) =>
    changes.publish(tx, { topic: 'codecommit.repository', id: name, scope, sequence: 0 });

  return {
    CreateRepository: operation<CreateRepositoryCommandInput, CreateRepositoryCommandOutput>({
      mutates: true,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const name = checkRepositoryName(input.repositoryName);
        const description = checkDescription(input.repositoryDescription);
        const tags = checkTags(input.tags ?? {});
        if (input.kmsKeyId !== undefined) {
          throw new ApiError(
            'OperationNotAllowedException',
            'kmsKeyId is not built: a repository cannot be encrypted with a key of its own. Leave it out.',
          );
        }
        if (await findRepository(parts, scope, name)) throw nameTaken(name);
        const id = newId();
        const dir = repositoryFolder(parts.root, scope, id);
        await createFolder(parts.git, dir);
        const now = clock.now();
        const row: RepositoryRow = {
          ...scope,
          name,
          id,
          description: description ?? null,
          default_branch: null,
          created_at: now,
          updated_at: now,
          refs_version: 0,
        };
        try {
          await database.transaction(async (tx) => {
            if (await findRepository(parts, scope, name, tx)) throw nameTaken(name);
            await tx.tables<CodeCommitTables>().insertInto('codecommit_repositories').values(row).execute();
            await insertTags(tx, { scope, id }, tags);
            ring(tx, scope, name);
          });
        } catch (error) {
          await removeFolder(dir);
          throw error;
        }
        return { repositoryMetadata: metadata(parts, toRepository(parts, row)), $metadata: {} };
      },
    }),

    GetRepository: operation<GetRepositoryCommandInput, GetRepositoryCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const repository = await needRepository(parts, scope, input.repositoryName);
        return { repositoryMetadata: metadata(parts, repository), $metadata: {} };
      },
    }),

    BatchGetRepositories: operation<BatchGetRepositoriesCommandInput, BatchGetRepositoriesCommandOutput>({
      mutates: false,
      resources: (input, { scope }) =>
        (input.repositoryNames ?? []).map((name) => repositoryArn(scope, name)),
      async handler(input, { scope }) {
        const names = [...new Set(input.repositoryNames ?? [])];
        if (names.length === 0) {
          throw new ApiError('RepositoryNamesRequiredException', 'At least one repository name is required.');
        }
        if (names.length > MAX_BATCH) {
          throw new ApiError(
            'MaximumRepositoryNamesExceededException',
            `The number of repository names exceeds ${MAX_BATCH}.`,
          );
        }
        names.forEach(checkRepositoryName);
        const found = await Promise.all(names.map((name) => findRepository(parts, scope, name)));
        const missing = names.filter((_, n) => !found[n]);
        return {
          repositories: found.flatMap((repository) => (repository ? [metadata(parts, repository)] : [])),
          repositoriesNotFound: missing,
          errors: missing.map((repositoryName) => ({
            repositoryName,
            errorCode: 'RepositoryDoesNotExistException' as const,
            errorMessage: repositoryMissing(repositoryName).message,
          })),
          $metadata: {},
        };
      },
    }),

    UpdateRepositoryName: operation<UpdateRepositoryNameCommandInput, object>({
      mutates: true,
      resources: (input, { scope }) => [repositoryArn(scope, input.oldName ?? '*')],
      async handler(input, { scope }) {
        const oldName = checkRepositoryName(input.oldName);
        const newName = checkRepositoryName(input.newName);
        await database.transaction(async (tx) => {
          await needRepository(parts, scope, oldName, tx);
          if (oldName === newName) return;
          if (await findRepository(parts, scope, newName, tx)) throw nameTaken(newName);
          await tx.execute(
            'update codecommit_repositories set name = ?, updated_at = ? where account = ? and region = ? and name = ?',
            [newName, clock.now(), scope.account, scope.region, oldName],
          );
          ring(tx, scope, oldName);
          ring(tx, scope, newName);
        });
        return {};
      },
    }),

    UpdateRepositoryDescription: operation<UpdateRepositoryDescriptionCommandInput, object>({
      mutates: true,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const description = checkDescription(input.repositoryDescription);
        await database.transaction(async (tx) => {
          const { name } = await needRepository(parts, scope, input.repositoryName, tx);
          await tx.execute(
            `update codecommit_repositories set description = ?, updated_at = ?
             where account = ? and region = ? and name = ?`,
            [description ?? null, clock.now(), scope.account, scope.region, name],
          );
          ring(tx, scope, name);
        });
        return {};
      },
    }),

    // Deleting what is not there succeeds without an id, as at AWS.
    DeleteRepository: operation<DeleteRepositoryCommandInput, DeleteRepositoryCommandOutput>({
      mutates: true,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const name = checkRepositoryName(input.repositoryName);
        const id = await database.transaction(async (tx) => {
          const repository = await findRepository(parts, scope, name, tx);
          if (!repository) return undefined;
          const key = [scope.account, scope.region, repository.id];
          for (const table of ['codecommit_refs', 'codecommit_tags']) {
            await tx.execute(
              `delete from ${table} where account = ? and region = ? and repository_id = ?`,
              key,
            );
          }
          await tx.execute(
            'delete from codecommit_repositories where account = ? and region = ? and id = ?',
            key,
          );
          await tasks.enqueue(tx, scope, {
            kind: REMOVE_TASK,
            key: `${REMOVE_TASK}/${repository.id}`,
            payload: { id: repository.id },
          });
          ring(tx, scope, name);
          return repository.id;
        });
        return { repositoryId: id, $metadata: {} };
      },
    }),
  };
}

function nameTaken(name: string): ApiError {
  return new ApiError('RepositoryNameExistsException', `Repository named ${name} already exists`);
}

function checkDescription(description: string | undefined): string | undefined {
  if (description !== undefined && description.length > MAX_DESCRIPTION) {
    throw new ApiError(
      'InvalidRepositoryDescriptionException',
      `The description is longer than ${MAX_DESCRIPTION} characters.`,
    );
  }
  return description === '' ? undefined : description;
}
