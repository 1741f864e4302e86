import { ApiError } from '../../../kernel/errors.ts';

const NAME = /^[A-Za-z0-9._+=,@-]{1,100}$/;

export function applicationNameOf(name: string | undefined): string {
  if (!name) throw new ApiError('ApplicationNameRequiredException', 'Application name is required.');
  if (NAME.test(name)) return name;
  throw new ApiError('InvalidApplicationNameException', `Invalid application name: ${name}`);
}

export function groupNameOf(name: string | undefined): string {
  if (!name) throw new ApiError('DeploymentGroupNameRequiredException', 'Deployment Group name is required.');
  if (NAME.test(name)) return name;
  throw new ApiError('InvalidDeploymentGroupNameException', `Invalid deployment group name: ${name}`);
}

export function configNameOf(name: string | undefined): string {
  if (!name) {
    throw new ApiError('DeploymentConfigNameRequiredException', 'Deployment Configuration name is required.');
  }
  if (NAME.test(name)) return name;
  throw new ApiError(
    'InvalidDeploymentConfigNameException',
    `Invalid deployment configuration name: ${name}`,
  );
}

/** Also the name of folders on the host and part of a target's id: no slash. */
export function instanceNameOf(name: string | undefined): string {
  if (!name) throw new ApiError('InstanceNameRequiredException', 'An on-premises instance name is required.');
  if (/^[A-Za-z0-9._+=,@:-]{1,100}$/.test(name)) return name;
  throw new ApiError('InvalidInstanceNameException', `Invalid on-premises instance name: ${name}`);
}

export function deploymentIdOf(id: string | undefined): string {
  if (!id) throw new ApiError('DeploymentIdRequiredException', 'A deployment id is required.');
  if (/^d-[0-9A-Z]{9}$/.test(id)) return id;
  throw new ApiError('InvalidDeploymentIdException', `Invalid deployment id: ${id}`);
}

/** AWS's bound of names in one call. */
export function limitOf(items: readonly unknown[] | undefined, most: number, code: string): void {
  if ((items?.length ?? 0) > most) {
    throw new ApiError(code, `At most ${most} can be named in one call, not ${items?.length}.`);
  }
}
