import { install } from '../install/install.ts';
import { deploymentFolders } from '../state/folders.ts';
import { type CommandContext, type EventEnd, failed } from './context.ts';
import { downloadBundle } from './download.ts';
import { runHooks } from './hooks.ts';
import { readAppSpec } from './read-appspec.ts';

/** Carries out one lifecycle event. */
export async function runEvent(context: CommandContext, event: string): Promise<EventEnd> {
  if (event === 'ApplicationStop') return applicationStop(context);
  if (event === 'DownloadBundle') return downloadBundle(context);
  const { appSpec, problem } = readAppSpec(context.folders.archive);
  if (!appSpec) return failed(problem);
  if (event === 'Install') return install(context, appSpec);
  return runHooks(context, event, appSpec, context.folders.archive);
}

/** Its scripts are those of the last successful revision; at the first deployment there are none (D1.12). */
async function applicationStop(context: CommandContext): Promise<EventEnd> {
  const { lastSuccessful } = context.group.read();
  if (lastSuccessful === undefined) return { status: 'Skipped' };
  const { archive } = deploymentFolders(context.stateDir, lastSuccessful);
  const { appSpec } = readAppSpec(archive);
  return appSpec ? runHooks(context, 'ApplicationStop', appSpec, archive) : { status: 'Skipped' };
}
