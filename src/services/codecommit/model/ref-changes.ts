import { repositoryArn } from './names.ts';
import { describeRef } from './ref-name.ts';

export interface Ref {
  /** Full: `refs/heads/main`. */
  readonly name: string;
  readonly objectId: string;
  /** The commit behind an annotated tag; otherwise the object itself. */
  readonly commitId: string;
}

export type RefChange =
  | { readonly kind: 'created'; readonly after: Ref }
  | { readonly kind: 'updated'; readonly before: Ref; readonly after: Ref }
  | { readonly kind: 'deleted'; readonly before: Ref };

/** What happened between two readings of a repository's refs, by name. */
export function refChanges(before: readonly Ref[], after: readonly Ref[]): readonly RefChange[] {
  const known = new Map(before.map((ref) => [ref.name, ref]));
  const changes: RefChange[] = [];
  for (const ref of after) {
    const old = known.get(ref.name);
    known.delete(ref.name);
    if (!old) changes.push({ kind: 'created', after: ref });
    else if (old.objectId !== ref.objectId) changes.push({ kind: 'updated', before: old, after: ref });
  }
  for (const ref of known.values()) changes.push({ kind: 'deleted', before: ref });
  return changes.toSorted((a, b) => (changedRef(a) < changedRef(b) ? -1 : 1));
}

export function changedRef(change: RefChange): string {
  return change.kind === 'deleted' ? change.before.name : change.after.name;
}

const EVENTS = {
  created: 'referenceCreated',
  updated: 'referenceUpdated',
  deleted: 'referenceDeleted',
} as const;

/** An event for the bus, in EventBridge's shape. */
export interface StateChangeEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, string>>;
}

export interface EventRepository {
  readonly scope: { readonly account: string; readonly region: string };
  readonly id: string;
  readonly name: string;
}

/** "CodeCommit Repository State Change" in AWS's shape (A1.12); undefined for refs that are neither branch nor tag. */
export function stateChangeEvent(
  repository: EventRepository,
  change: RefChange,
  callerUserArn: string,
): StateChangeEvent | undefined {
  const fullName = changedRef(change);
  const ref = describeRef(fullName);
  if (!ref) return undefined;
  return {
    source: 'aws.codecommit',
    detailType: 'CodeCommit Repository State Change',
    resources: [repositoryArn(repository.scope, repository.name)],
    detail: {
      event: EVENTS[change.kind],
      repositoryName: repository.name,
      repositoryId: repository.id,
      referenceType: ref.type,
      referenceName: ref.name,
      referenceFullName: fullName,
      ...(change.kind === 'deleted' ? {} : { commitId: change.after.commitId }),
      ...(change.kind === 'created' ? {} : { oldCommitId: change.before.commitId }),
      callerUserArn,
    },
  };
}

/** The branch that a repository without a default branch takes: the one git calls HEAD, then `main`, `master`, the first. */
export function firstDefaultBranch(branches: readonly string[]): string | undefined {
  return ['main', 'master'].find((name) => branches.includes(name)) ?? branches.toSorted()[0];
}
