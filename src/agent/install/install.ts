import { errorText } from '../../kernel/errors.ts';
import type { AppSpec } from '../../pure/appspec/index.ts';
import { type CommandContext, type EventEnd, failed } from '../command/context.ts';
import { readFileIfThere, writeFileAtomically } from '../state/files.ts';
import type { Installed } from '../state/group-state.ts';
import { applyPlan, cleanUp } from './apply.ts';
import { resolvePermissions } from './permissions.ts';
import { type InstallPlan, planInstall } from './plan.ts';

interface StoredPlan {
  readonly plan: InstallPlan;
  /** The clean-up list as it was before. */
  readonly before: Installed;
}

/**
 * The lifecycle event Install. Everything that can be refused is refused before the first change; then the plan and the
 * new clean-up list are made durable, so that a restarted agent goes on with the same plan and forgets no file.
 */
export async function install(context: CommandContext, appSpec: AppSpec): Promise<EventEnd> {
  const { folders, group, root, command, signal } = context;
  try {
    const grants = await resolvePermissions(appSpec.permissions);
    const { plan, before } = readPlan(folders.installPlan) ?? makePlan(context, appSpec);
    group.change({ installed: union(before, plan) });
    await cleanUp(before, plan, root);
    await applyPlan(plan, folders.archive, root, grants, command.deploymentId, signal);
    group.change({ installed: { files: plan.files.map((file) => file.to), directories: plan.directories } });
    return { status: 'Succeeded' };
  } catch (error) {
    return failed(errorText(error));
  }
}

function makePlan(context: CommandContext, appSpec: AppSpec): StoredPlan {
  const before = context.group.read().installed;
  const plan = planInstall({
    appSpec,
    archive: context.folders.archive,
    root: context.root,
    behavior: appSpec.fileExistsBehavior ?? context.command.fileExistsBehavior,
    own: new Set(before.files),
    ownDirectories: new Set(before.directories),
  });
  const stored: StoredPlan = { plan, before };
  writeFileAtomically(context.folders.installPlan, JSON.stringify(stored));
  return stored;
}

function readPlan(path: string): StoredPlan | undefined {
  const text = readFileIfThere(path);
  return text === undefined ? undefined : (JSON.parse(text) as StoredPlan);
}

function union(before: Installed, plan: InstallPlan): Installed {
  return {
    files: [...new Set([...before.files, ...plan.files.map((file) => file.to)])],
    directories: [...new Set([...before.directories, ...plan.directories])],
  };
}
