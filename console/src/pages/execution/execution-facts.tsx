import type { PipelineDeclaration, PipelineExecution } from '@aws-sdk/client-codepipeline';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import { Status } from '../../ui/status.tsx';
import { type RevisionView, revisionViews } from '../shared/revision.ts';
import { Revisions } from '../shared/revisions.tsx';
import { triggerInWords } from '../shared/trigger-words.ts';

interface ExecutionFactsProps {
  readonly of: PipelineExecution;
  readonly definition: PipelineDeclaration | undefined;
}

/** Status, trigger, revisions and variables. */
export function ExecutionFacts({ of, definition }: ExecutionFactsProps) {
  const variables = of.variables ?? [];
  const items: KeyValuePairsProps.Item[] = [
    { label: 'Status', value: <Status of={of.status} /> },
    { label: 'Trigger', value: triggerInWords(of.trigger) },
    { label: 'Revision', value: <Revisions of={revisionsOf(of, definition)} /> },
    { label: 'Mode', value: of.executionMode ?? 'SUPERSEDED' },
    { label: 'Pipeline version', value: String(of.pipelineVersion ?? '–') },
    { label: 'Id', value: <span className="pw-mono">{of.pipelineExecutionId}</span> },
    ...(of.rollbackMetadata === undefined
      ? []
      : [{ label: 'Rolls back to', value: of.rollbackMetadata.rollbackTargetPipelineExecutionId }]),
    ...variables.map((each) => ({ label: `Variable ${each.name}`, value: each.resolvedValue ?? '' })),
  ];
  return (
    <Container>
      <KeyValuePairs columns={3} items={items} />
    </Container>
  );
}

function revisionsOf(of: PipelineExecution, definition: PipelineDeclaration | undefined): RevisionView[] {
  const revisions = (of.artifactRevisions ?? []).map((each) => ({
    actionName: sourceActionOf(definition, each.name) ?? each.name,
    revisionId: each.revisionId,
    revisionSummary: each.revisionSummary,
    revisionUrl: each.revisionUrl,
  }));
  return revisionViews(revisions, definition);
}

/** Executions name the artifact; the action that makes it knows the repository. */
function sourceActionOf(
  definition: PipelineDeclaration | undefined,
  artifact: string | undefined,
): string | undefined {
  const actions = definition?.stages?.flatMap((stage) => stage.actions ?? []) ?? [];
  return actions.find((action) => action.outputArtifacts?.some((each) => each.name === artifact))?.name;
}
