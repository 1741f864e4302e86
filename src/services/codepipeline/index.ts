import type { Kernel } from '../../kernel/kernel.ts';
import { byAge } from '../../kernel/retention/by-age.ts';
import type { EventsRoom } from '../events/index.ts';
import type { IamRoom } from '../iam/index.ts';
import type { ActionProvider } from './actions/provider.ts';
import { type ActionDeps, actionProviders } from './actions/table.ts';
import { createAggregates } from './aggregates.ts';
import type { CodePipelineRoom } from './face.ts';
import { codePipelineOperations } from './operations/index.ts';
import type { CodePipelineParts } from './parts.ts';
import { codePipelineMigrations } from './tables.ts';
import { createTasks } from './tasks/index.ts';
import { listenForChanges } from './triggers.ts';
import { wakeNext } from './turns.ts';

export type {
  ActionProvider,
  InputArtifact,
  Job,
  PlaceRef,
  SharedPlace,
  Started,
  WantedRevision,
} from './actions/provider.ts';
export { ActionFailure } from './actions/provider.ts';
export type { CodePipelineRoom } from './face.ts';
export type { ParsedFile } from './model/parse-file.ts';

export interface CodePipelineDeps extends ActionDeps {
  readonly events: EventsRoom;
  readonly iam: IamRoom;
}

export interface CodePipelineOptions {
  /** What actions can be done, instead of all that is built. */
  readonly providers?: readonly ActionProvider[];
}

/** The room of pipelines: definitions, executions, actions. */
export function createCodePipelineRoom(
  kernel: Kernel,
  deps: CodePipelineDeps,
  options: CodePipelineOptions = {},
): CodePipelineRoom {
  const providers = options.providers ?? actionProviders(kernel, deps);
  const parts: CodePipelineParts = {
    kernel,
    iam: deps.iam,
    providers,
    types: providers.map((provider) => provider.spec),
  };
  listenForChanges(parts, deps.events);
  for (const { place } of providers) place?.onFreed((tx, ref) => wakeNext(kernel, tx, ref));
  return {
    name: 'codepipeline',
    migrations: codePipelineMigrations,
    aggregates: createAggregates(kernel),
    tasks: createTasks(parts),
    retention: [
      byAge(kernel.database, {
        name: 'codepipeline.tokens',
        keeps: 'tokens',
        table: 'codepipeline_tokens',
        column: 'at',
        key: ['account', 'region', 'pipeline_id', 'token'],
      }),
    ],
    operations: { codepipeline: codePipelineOperations(parts) },
  };
}
