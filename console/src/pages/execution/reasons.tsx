import type { ActionExecutionDetail, PipelineExecution } from '@aws-sdk/client-codepipeline';
import Alert from '@cloudscape-design/components/alert';
import { useQuery } from '@tanstack/react-query';
import { AppLink } from '../../ui/app-link.tsx';
import { paths } from '../../ui/paths.ts';
import { statusLook } from '../../ui/status.tsx';
import { actionsQuery } from '../pipeline/queries.ts';
import { actionLink } from '../shared/action-link.ts';
import { WorkLink } from '../shared/work-link.tsx';

interface ReasonsProps {
  readonly pipeline: string;
  readonly of: PipelineExecution;
}

/** Why an execution ended as it did: what its failed actions say, otherwise what it says itself. */
export function Reasons({ pipeline, of }: ReasonsProps) {
  const actions = useQuery(actionsQuery(pipeline, of.pipelineExecutionId ?? ''));
  const failed = of.status === 'Failed' ? lastFailures(actions.data ?? []) : [];
  if (failed.length > 0)
    return failed.map((action) => <Failure key={action.actionExecutionId} of={action} />);
  if (!of.statusSummary) return null;
  const overtaker = overtakerOf(of);
  if (overtaker !== undefined) {
    return (
      <Alert type="info" header="Superseded">
        A newer execution overtook this one:{' '}
        <AppLink to={paths.execution(pipeline, overtaker)}>
          Execution <span className="pw-mono">{overtaker.slice(0, 8)}</span>
        </AppLink>
      </Alert>
    );
  }
  const type = of.status === 'Failed' ? 'error' : 'info';
  return (
    <Alert type={type} header={statusLook(of.status)[1]}>
      <p className="pw-words">{of.statusSummary}</p>
    </Alert>
  );
}

/** The id of the execution that superseded this one; the summary names it. */
export function overtakerOf(of: PipelineExecution): string | undefined {
  if (of.status !== 'Superseded') return undefined;
  return /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(of.statusSummary ?? '')?.[0];
}

function Failure({ of }: { readonly of: ActionExecutionDetail }) {
  const result = of.output?.executionResult;
  const link = actionLink(
    of.input?.actionTypeId?.provider,
    result?.externalExecutionId,
    result?.externalExecutionUrl,
  );
  return (
    <Alert type="error" header={`${of.actionName} failed in ${of.stageName}`}>
      <p className="pw-words">
        {result?.errorDetails?.message ?? result?.externalExecutionSummary ?? 'The action gave no reason.'}
      </p>
      <WorkLink link={link} of={of.actionName ?? ''} />
    </Alert>
  );
}

/** Actions whose last attempt failed. */
export function lastFailures(actions: readonly ActionExecutionDetail[]): ActionExecutionDetail[] {
  const last = new Map(actions.map((action) => [`${action.stageName}/${action.actionName}`, action]));
  return [...last.values()].filter((action) => action.status === 'Failed');
}
