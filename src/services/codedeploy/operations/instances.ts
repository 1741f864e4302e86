import type {
  AddTagsToOnPremisesInstancesCommandInput,
  BatchGetOnPremisesInstancesCommandInput,
  DeregisterOnPremisesInstanceCommandInput,
  GetOnPremisesInstanceCommandInput,
  InstanceInfo,
  ListOnPremisesInstancesCommandInput,
  RegisterOnPremisesInstanceCommandInput,
  RemoveTagsFromOnPremisesInstancesCommandInput,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { HOST_TOPIC } from '../aggregates.ts';
import { instanceNameOf, limitOf } from '../model/checks.ts';
import { DEPLOYMENT_KIND } from '../model/deployment/state.ts';
import { toFilter } from '../model/group.ts';
import { instanceArn } from '../model/ids.ts';
import { PAGE, pageOf, pageStart } from '../model/paging.ts';
import { matchesTagSet, type Tag } from '../model/tag-filters.ts';
import { checkTags, mergeTags, wireTags } from '../model/tags.ts';
import type { CodeDeployParts } from '../parts.ts';
import { removeHostKey } from '../store/host-keys.ts';
import {
  findInstance,
  type InstanceRow,
  listInstances,
  needInstance,
  newInstance,
  putInstance,
  setTags,
  tagsOf,
} from '../store/instances.ts';
import { openTargetsOf } from '../store/targets.ts';

const MOST_TAGS = 10;

export function instanceOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const { database } = kernel;
  return {
    RegisterOnPremisesInstance: operation({
      mutates: true,
      async handler(input: RegisterOnPremisesInstanceCommandInput, { scope }) {
        const name = instanceNameOf(input.instanceName);
        const { iamUserArn = null, iamSessionArn = null } = checkIdentity(input);
        await database.transaction(async (tx) => {
          const before = await findInstance(tx, scope, name);
          if (before && before.deregistered_at === null) {
            throw new ApiError(
              'InstanceNameAlreadyRegisteredException',
              `The on-premises instance name ${name} is already registered.`,
            );
          }
          const arn = instanceArn(scope.region, scope.account, name, newId().slice(0, 8));
          const identity = { iam_user_arn: iamUserArn, iam_session_arn: iamSessionArn };
          await putInstance(tx, scope, newInstance(name, arn, identity, kernel.clock.now(), before));
          kernel.changes.publish(tx, { topic: HOST_TOPIC, id: name, scope, sequence: 0 });
        });
        return {};
      },
    }),
    DeregisterOnPremisesInstance: operation({
      mutates: true,
      async handler(input: DeregisterOnPremisesInstanceCommandInput, { scope }) {
        const name = instanceNameOf(input.instanceName);
        await database.transaction(async (tx) => {
          const row = await findInstance(tx, scope, name);
          if (!row || row.deregistered_at !== null) return;
          const now = kernel.clock.now();
          // A new epoch ends the session of its agent, whose poll is woken to hear so.
          await putInstance(tx, scope, { ...row, tags: '[]', deregistered_at: now, epoch: row.epoch + 1 });
          await removeHostKey(tx, scope, name);
          kernel.changes.publish(tx, { topic: HOST_TOPIC, id: name, scope, sequence: 0 });
          // Nobody speaks for this host any more: deployments that count on it need not wait to find out.
          const message = `The instance ${name} was deregistered.`;
          for (const { deployment_id: id } of await openTargetsOf(tx, scope, name)) {
            const relay = { kind: 'relay', host: name, input: { kind: 'agent-lost', message } };
            await kernel.transitions.apply(tx, scope, { kind: DEPLOYMENT_KIND, id }, relay);
          }
        });
        return {};
      },
    }),
    GetOnPremisesInstance: operation({
      mutates: false,
      async handler(input: GetOnPremisesInstanceCommandInput, { scope }) {
        const name = instanceNameOf(input.instanceName);
        const row = await findInstance(database.read, scope, name);
        if (!row) {
          throw new ApiError(
            'InstanceNotRegisteredException',
            `The on-premises instance ${name} is not registered.`,
          );
        }
        return { instanceInfo: instanceInfo(row) };
      },
    }),
    BatchGetOnPremisesInstances: operation({
      mutates: false,
      async handler(input: BatchGetOnPremisesInstancesCommandInput, { scope }) {
        limitOf(input.instanceNames, 100, 'BatchLimitExceededException');
        const instanceInfos: InstanceInfo[] = [];
        for (const name of input.instanceNames ?? []) {
          const row = await findInstance(database.read, scope, instanceNameOf(name));
          if (row) instanceInfos.push(instanceInfo(row));
        }
        return { instanceInfos };
      },
    }),
    ListOnPremisesInstances: operation({
      mutates: false,
      async handler(input: ListOnPremisesInstancesCommandInput, { scope }) {
        const after = pageStart('instances', input.nextToken);
        const filters = (input.tagFilters ?? []).map(toFilter);
        const fits = (row: InstanceRow) =>
          (input.registrationStatus === undefined ||
            (row.deregistered_at === null) === (input.registrationStatus === 'Registered')) &&
          (filters.length === 0 || matchesTagSet(tagsOf(row), [filters]));
        const rows = await listInstances(database.read, scope, after, PAGE + 1);
        const { page, next } = pageOf('instances', rows, (row) => row.name);
        return { instanceNames: page.filter(fits).map((row) => row.name), ...next };
      },
    }),
    AddTagsToOnPremisesInstances: operation({
      mutates: true,
      handler: (input: AddTagsToOnPremisesInstancesCommandInput, { scope }) =>
        changeTags(input, (tags, given) => mergeTags(tags, given), scope),
    }),
    RemoveTagsFromOnPremisesInstances: operation({
      mutates: true,
      handler: (input: RemoveTagsFromOnPremisesInstancesCommandInput, { scope }) =>
        changeTags(
          input,
          (tags, given) =>
            tags.filter((tag) => !given.some((other) => other.key === tag.key && other.value === tag.value)),
          scope,
        ),
    }),
  };

  async function changeTags(
    input: AddTagsToOnPremisesInstancesCommandInput,
    change: (tags: readonly Tag[], given: readonly Tag[]) => readonly Tag[],
    scope: Parameters<typeof findInstance>[1],
  ) {
    if (!input.instanceNames?.length) {
      throw new ApiError('InstanceNameRequiredException', 'An on-premises instance name is required.');
    }
    limitOf(input.instanceNames, 100, 'InstanceLimitExceededException');
    if (!input.tags?.length) throw new ApiError('TagRequiredException', 'A tag is required.');
    const given = checkTags(input.tags, 'InvalidTagException', 'TagLimitExceededException', MOST_TAGS);
    await database.transaction(async (tx) => {
      for (const name of input.instanceNames ?? []) {
        const row = await needInstance(tx, scope, instanceNameOf(name));
        const tags = change(tagsOf(row), given);
        if (tags.length > MOST_TAGS) {
          throw new ApiError('TagLimitExceededException', `An instance has at most ${MOST_TAGS} tags.`);
        }
        await setTags(tx, scope, row.name, tags);
        kernel.changes.publish(tx, { topic: HOST_TOPIC, id: row.name, scope, sequence: 0 });
      }
    });
    return {};
  }
}

function checkIdentity(input: RegisterOnPremisesInstanceCommandInput): {
  iamUserArn?: string;
  iamSessionArn?: string;
} {
  const { iamUserArn, iamSessionArn } = input;
  if (iamUserArn !== undefined && iamSessionArn !== undefined) {
    const message = 'Both an IAM user ARN and an IAM session ARN were given; use one of them.';
    throw new ApiError('MultipleIamArnsProvidedException', message);
  }
  if (iamUserArn !== undefined) {
    if (/^arn:aws[a-z-]*:iam::\d{12}:(user\/.+|root)$/.test(iamUserArn)) return { iamUserArn };
    throw new ApiError('InvalidIamUserArnException', `Invalid IAM user ARN: ${iamUserArn}`);
  }
  if (iamSessionArn !== undefined) {
    if (/^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/.+\/.+$/.test(iamSessionArn)) return { iamSessionArn };
    throw new ApiError('InvalidIamSessionArnException', `Invalid IAM session ARN: ${iamSessionArn}`);
  }
  throw new ApiError('IamArnRequiredException', 'An IAM user ARN or an IAM session ARN is required.');
}

function instanceInfo(row: InstanceRow): InstanceInfo {
  return {
    instanceName: row.name,
    instanceArn: row.arn,
    registerTime: new Date(row.registered_at),
    tags: wireTags(tagsOf(row)),
    ...(row.iam_user_arn === null ? {} : { iamUserArn: row.iam_user_arn }),
    ...(row.iam_session_arn === null ? {} : { iamSessionArn: row.iam_session_arn }),
    ...(row.deregistered_at === null ? {} : { deregisterTime: new Date(row.deregistered_at) }),
  };
}
