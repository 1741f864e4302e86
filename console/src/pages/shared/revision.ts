import type { PipelineDeclaration, SourceRevision } from '@aws-sdk/client-codepipeline';
import { paths } from '../../ui/paths.ts';

/** A source revision as people read it. */
export interface RevisionView {
  readonly action: string;
  readonly id: string;
  readonly short: string;
  readonly message: string;
  /** A page of the console, when the source is a repository here. */
  readonly to: string | undefined;
  readonly url: string | undefined;
}

export function revisionViews(
  revisions: readonly SourceRevision[] | undefined,
  definition: PipelineDeclaration | undefined,
): RevisionView[] {
  return (revisions ?? []).map((revision) => {
    const id = revision.revisionId ?? '';
    const action = revision.actionName ?? '';
    return {
      action,
      id,
      short: shortRevision(id),
      message: messageOf(revision.revisionSummary),
      to: commitPage(definition, action, id),
      url: webAddress(revision.revisionUrl),
    };
  });
}

/** Commit ids are known by their first eight digits; other revisions keep twelve characters. */
export function shortRevision(id: string): string {
  return /^[0-9a-f]{40}$/.test(id) ? id.slice(0, 8) : id.slice(0, 12);
}

/** A link is offered only for web addresses. */
export function webAddress(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//.test(url) ? url : undefined;
}

function commitPage(
  definition: PipelineDeclaration | undefined,
  actionName: string,
  id: string,
): string | undefined {
  for (const action of definition?.stages?.flatMap((stage) => stage.actions ?? []) ?? []) {
    if (action.name !== actionName || action.actionTypeId?.provider !== 'CodeCommit') continue;
    const repository = action.configuration?.['RepositoryName'];
    if (repository !== undefined && id !== '') return paths.commit(repository, id);
  }
  return undefined;
}

/** Connections put the message into JSON; the rest is plain text. Only the first line is shown. */
function messageOf(summary: string | undefined): string {
  let text = summary ?? '';
  if (text.startsWith('{')) {
    try {
      text = (JSON.parse(text) as { readonly CommitMessage?: string }).CommitMessage ?? text;
    } catch {
      // Not JSON after all: a message may start with a brace.
    }
  }
  return text.split('\n')[0] ?? '';
}
