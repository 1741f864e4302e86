import type { StartBuildCommandInput } from '@aws-sdk/client-codebuild';
import { ApiError } from '../../kernel/errors.ts';
import { parseArn } from '../../pure/arn.ts';
import { codecFor } from '../../wire/codecs/port.ts';
import { loadServiceModel } from '../../wire/models/load.ts';
import type { OperationModel } from '../../wire/models/service-model.ts';
import { validate } from '../../wire/validation/validate.ts';
import type { EventsRoom, TargetInvocation } from '../events/index.ts';
import { requestOf } from './model/request.ts';
import type { CodeBuildParts } from './parts.ts';
import { startBuild } from './start-build.ts';

/**
 * Lets rules of the event bus name a project as their target (A5.2, A5.5). What the rule gives is read as the input of
 * `StartBuild` is: an input transformer sets `environmentVariablesOverride`, `sourceVersion` and the rest. An event
 * that is passed on as it is has none of these members and starts the project as it stands.
 */
export function listenToRules(parts: CodeBuildParts, events: Pick<EventsRoom, 'addTarget'>): void {
  events.addTarget(
    'codebuild',
    (invocation) => startTarget(parts, invocation),
    (arn) => (projectOf(arn) === undefined ? `${arn} is not the ARN of a build project` : undefined),
  );
}

/** The invocation may be repeated; its key starts one build. */
async function startTarget(parts: CodeBuildParts, invocation: TargetInvocation): Promise<void> {
  const project = projectOf(invocation.targetArn);
  if (project === undefined)
    throw new ApiError('ValidationException', `${invocation.targetArn} is no build project`);
  const input = await startInput(project, invocation.payload);
  const rule = invocation.ruleArn.slice(invocation.ruleArn.lastIndexOf('/') + 1);
  await startBuild(parts, invocation.scope, {
    project,
    key: `rule/${invocation.key}`,
    request: (definition) => requestOf(definition, input, `rule/${rule}`),
  });
}

/** Decoded and held against the model as a request of the API would be. Its token is the invocation's key. */
async function startInput(projectName: string, payload: string): Promise<StartBuildCommandInput> {
  const given: unknown = JSON.parse(payload);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ApiError('ValidationException', 'What the rule gives a build project is no JSON object.');
  const service = await loadServiceModel('codebuild');
  const operation = service.operations.get('StartBuild') as OperationModel;
  const body = Buffer.from(JSON.stringify({ ...given, projectName, idempotencyToken: undefined }));
  const input = await codecFor('json-1.1').decode(service, operation, {
    method: 'POST',
    rawTarget: '/',
    rawPath: '/',
    rawQuery: '',
    headers: {},
    body,
    stream: undefined,
  });
  validate(service, operation, input);
  return input as unknown as StartBuildCommandInput;
}

function projectOf(arn: string): string | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'codebuild') return undefined;
  return /^project\/([A-Za-z0-9][A-Za-z0-9_-]{1,149})$/.exec(parsed.resource)?.[1];
}
