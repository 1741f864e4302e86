import type {
  CreateDeploymentConfigCommandInput,
  DeleteDeploymentConfigCommandInput,
  DeploymentConfigInfo,
  GetDeploymentConfigCommandInput,
  ListDeploymentConfigsCommandInput,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { configNameOf } from '../model/checks.ts';
import { BUILT_IN_CONFIGS, BUILT_IN_PREFIX, type MinimumHealthyHosts } from '../model/configs.ts';
import { PAGE, pageOf, pageStart } from '../model/paging.ts';
import type { CodeDeployParts } from '../parts.ts';
import {
  type ConfigRow,
  deleteConfig,
  findConfig,
  insertConfig,
  listConfigs,
  needConfig,
} from '../store/configs.ts';
import { allGroups, definitionOf } from '../store/groups.ts';

export function configOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const { database } = kernel;
  return {
    CreateDeploymentConfig: operation({
      mutates: true,
      async handler(input: CreateDeploymentConfigCommandInput, { scope }) {
        const name = configNameOf(input.deploymentConfigName);
        if (name.startsWith(BUILT_IN_PREFIX)) {
          const message = `A deployment configuration's name must not begin with ${BUILT_IN_PREFIX}`;
          throw new ApiError('InvalidDeploymentConfigNameException', message);
        }
        const minimum = minimumHealthyHosts(input);
        const id = newId();
        await database.transaction(async (tx) => {
          if (await findConfig(tx, scope, name)) {
            throw new ApiError(
              'DeploymentConfigAlreadyExistsException',
              `Deployment Configuration already exists: ${name}`,
            );
          }
          await insertConfig(tx, scope, {
            name,
            id,
            minimum_type: minimum.type,
            minimum_value: minimum.value,
            created_at: kernel.clock.now(),
          });
        });
        return { deploymentConfigId: id };
      },
    }),
    GetDeploymentConfig: operation({
      mutates: false,
      async handler(input: GetDeploymentConfigCommandInput, { scope }) {
        const row = await needConfig(database.read, scope, configNameOf(input.deploymentConfigName));
        return { deploymentConfigInfo: configInfo(row) };
      },
    }),
    ListDeploymentConfigs: operation({
      mutates: false,
      async handler(input: ListDeploymentConfigsCommandInput, { scope }) {
        const after = pageStart('configs', input.nextToken);
        const own = await listConfigs(database.read, scope, after, PAGE + 1);
        const builtIn = Object.keys(BUILT_IN_CONFIGS).filter((name) => name > after);
        const names = [...builtIn, ...own.map((row) => row.name)].toSorted();
        const { page, next } = pageOf('configs', names, (name) => name);
        return { deploymentConfigsList: [...page], ...next };
      },
    }),
    DeleteDeploymentConfig: operation({
      mutates: true,
      async handler(input: DeleteDeploymentConfigCommandInput, { scope }) {
        const name = configNameOf(input.deploymentConfigName);
        if (name in BUILT_IN_CONFIGS) {
          throw new ApiError('InvalidOperationException', `${name} is built in and cannot be deleted.`);
        }
        await database.transaction(async (tx) => {
          const users = (await allGroups(tx, scope)).filter((row) => definitionOf(row).configName === name);
          if (users.length > 0) {
            const message = `The deployment configuration is used by ${users.map((row) => row.name).join(', ')}`;
            throw new ApiError('DeploymentConfigInUseException', message);
          }
          await deleteConfig(tx, scope, name);
        });
        return {};
      },
    }),
  };
}

function minimumHealthyHosts(input: CreateDeploymentConfigCommandInput): MinimumHealthyHosts {
  if ((input.computePlatform ?? 'Server') !== 'Server') {
    throw new ApiError('InvalidComputePlatformException', 'Only the compute platform Server is built.');
  }
  if (input.trafficRoutingConfig !== undefined) {
    const message = 'trafficRoutingConfig is not built; it is for other compute platforms.';
    throw new ApiError('InvalidTrafficRoutingConfigurationException', message);
  }
  if (input.zonalConfig !== undefined) {
    throw new ApiError('InvalidZonalDeploymentConfigurationException', 'zonalConfig is not built.');
  }
  const { type, value } = input.minimumHealthyHosts ?? {};
  const most = type === 'FLEET_PERCENT' ? 100 : 2 ** 31 - 1;
  if (type === undefined || value === undefined || value < 0 || value > most) {
    throw new ApiError(
      'InvalidMinimumHealthyHostValueException',
      'minimumHealthyHosts needs a type, HOST_COUNT or FLEET_PERCENT, and a value of its range.',
    );
  }
  return { type, value };
}

function configInfo(row: ConfigRow): DeploymentConfigInfo {
  const type = row.minimum_type === 'HOST_COUNT' ? 'HOST_COUNT' : 'FLEET_PERCENT';
  return {
    deploymentConfigId: row.id,
    deploymentConfigName: row.name,
    minimumHealthyHosts: { type, value: row.minimum_value },
    createTime: new Date(row.created_at),
    computePlatform: 'Server',
  };
}
