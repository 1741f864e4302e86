import { createContext, Script } from 'node:vm';
import type { Scope } from '../../../kernel/scope.ts';
import type { FoundBuild } from '../builds.ts';
import { failedPhase } from '../model/build/state.ts';
import type { CodeBuildParts } from '../parts.ts';
import { startBuild } from '../start-build.ts';

/** Starts a failed build again where the project or the buildspec's `on-failure: RETRY…` asks for it. */
export async function retryFailed(parts: CodeBuildParts, scope: Scope, build: FoundBuild): Promise<void> {
  const { state, request, row } = build;
  const failed = failedPhase(state);
  const spec = (state.retries ?? []).find((retry) => retry.phase === failed?.type);
  const { limit, number } = request.retry;
  const bySpec =
    spec !== undefined && number < spec.count && matches(spec.pattern, failed?.context?.message ?? '');
  if (number >= limit && !bySpec) return;
  await startBuild(parts, scope, {
    project: row.project,
    key: `retry/${row.id}`,
    // The limit stays the project's: the buildspec looks at the next failure anew.
    request: () => ({ ...request, retry: { limit, number: number + 1, previous: row.id } }),
  });
}

/** The pattern is a user's: it may take no longer than this, in milliseconds. */
const MATCH_MS = 200;

function matches(pattern: string, message: string): boolean {
  try {
    const context = createContext({ pattern, message });
    return (
      new Script('new RegExp(pattern).test(message)').runInContext(context, { timeout: MATCH_MS }) === true
    );
  } catch {
    return false;
  }
}
