import type { CodeBuildRoom, PipelineBuildRequest } from '../../codebuild/index.ts';
import { type ActionTypeSpec, HOUR } from '../model/action-type.ts';
import { referencesIn } from '../model/variables.ts';
import { ActionFailure, type ActionProvider, type Job } from './provider.ts';

type Environment = PipelineBuildRequest['environmentVariables'];

/** A build, for the categories Build and Test alike. */
export function codeBuildAction(
  category: 'Build' | 'Test',
  deps: { readonly codebuild: CodeBuildRoom; readonly pageOf: (path: string) => string },
): ActionProvider {
  return {
    spec: codeBuildType(category),
    async start(job) {
      const { configuration, inputs } = job;
      const primary = configuration['PrimarySource'] ?? inputs[0]?.name ?? '';
      const first = inputs.find((input) => input.name === primary);
      if (!first) {
        throw new ActionFailure(
          'ConfigurationError',
          `PrimarySource ${primary} is no input artifact of the action`,
        );
      }
      const { buildId } = await deps.codebuild.startBuild(job.scope, {
        key: job.key,
        projectName: configuration['ProjectName'] ?? '',
        initiator: `codepipeline/${job.pipelineName}`,
        sources: [first, ...inputs.filter((input) => input !== first)].map(({ name, bucket, key }) => ({
          name,
          bucket,
          key,
        })),
        primarySource: primary,
        outputs: job.outputs,
        environmentVariables: environmentOf(job),
        resolvedSourceVersion: first.revisionId,
        replyTo: job.replyTo,
      });
      const at = buildId.lastIndexOf(':');
      return {
        kind: 'started',
        externalId: buildId,
        externalUrl: deps.pageOf(
          `builds/${encodeURIComponent(buildId.slice(0, at))}/${encodeURIComponent(buildId.slice(at + 1))}`,
        ),
      };
    },
    async stop({ scope, externalId }) {
      await deps.codebuild.stopBuild(scope, externalId);
    },
  };
}

const SPEC: Omit<ActionTypeSpec, 'id'> = {
  configuration: [
    { name: 'ProjectName', required: true, description: 'The build project' },
    { name: 'PrimarySource', description: 'Which input holds the buildspec, where there are several' },
    {
      name: 'BatchEnabled',
      type: 'Boolean',
      values: ['false'],
      description: 'Batch builds are not built here yet',
    },
    {
      name: 'CombineArtifacts',
      type: 'Boolean',
      values: ['false'],
      description: 'Goes with batch builds',
    },
    {
      name: 'EnvironmentVariables',
      json: true,
      description: 'JSON: [{"name","value","type": PLAINTEXT | PARAMETER_STORE | SECRETS_MANAGER}]',
    },
  ],
  inputs: { min: 1, max: 5 },
  outputs: { min: 0, max: 5 },
  timeoutMs: 8 * HOUR,
  check(configuration, inputs) {
    const problems: string[] = [];
    const primary = configuration['PrimarySource'];
    if (inputs.length > 1 && primary === undefined) {
      problems.push("'PrimarySource' is required when an action has more than one input artifact");
    }
    const known = primary === undefined || inputs.includes(primary) || referencesIn(primary).length > 0;
    if (!known) {
      problems.push(`'PrimarySource' names ${primary}, which is not an input artifact of the action`);
    }
    const text = configuration['EnvironmentVariables'];
    if (text !== undefined) problems.push(...parseEnvironment(text).problems);
    return problems;
  },
};

export function codeBuildType(category: 'Build' | 'Test'): ActionTypeSpec {
  return { ...SPEC, id: { category, owner: 'AWS', provider: 'CodeBuild', version: '1' } };
}

function environmentOf(job: Job): Environment {
  const text = job.configuration['EnvironmentVariables'];
  if (text === undefined) return [];
  const { values, problems } = parseEnvironment(text);
  if (problems.length > 0) throw new ActionFailure('ConfigurationError', problems.join('; '));
  return values;
}

const TYPES = ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'] as const;

function parseEnvironment(text: string): { readonly values: Environment; readonly problems: string[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { values: [], problems: [`'EnvironmentVariables' is not valid JSON: ${why}`] };
  }
  if (!Array.isArray(parsed)) {
    return { values: [], problems: ["'EnvironmentVariables' must be a JSON list of {name, value, type}"] };
  }
  const problems: string[] = [];
  const values = parsed.map((entry: unknown, n): Environment[number] => {
    const { name, value, type = 'PLAINTEXT' } = (entry ?? {}) as Record<string, unknown>;
    const known = TYPES.find((candidate) => candidate === type);
    if (typeof name !== 'string' || name === '' || typeof value !== 'string') {
      problems.push(`'EnvironmentVariables'[${n}] must have a name and a value, both strings`);
    }
    if (!known) {
      problems.push(
        `'EnvironmentVariables'[${n}] has the type ${String(type)}, not one of ${TYPES.join(', ')}`,
      );
    }
    return { name: String(name), value: String(value), type: known ?? 'PLAINTEXT' };
  });
  return { values, problems };
}
