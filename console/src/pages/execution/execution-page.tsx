import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { isRunning } from '../../ui/status.tsx';
import { definitionQuery, executionQuery } from '../pipeline/queries.ts';
import { StopButton } from '../pipeline/stop-button.tsx';
import { ExecutionFacts } from './execution-facts.tsx';
import { OpenApprovals } from './open-approvals.tsx';
import { Reasons } from './reasons.tsx';
import { Timeline } from './timeline.tsx';

/** One execution: what started it, with which revision, and when each action ran. */
export function ExecutionPage() {
  const { name = '', id = '' } = useParams();
  const execution = useQuery(executionQuery(name, id));
  const definition = useQuery(definitionQuery(name));
  const status = execution.data?.status;
  return (
    <Page
      title={`Execution ${id.slice(0, 8)}`}
      crumbs={[
        { text: 'Pipelines', to: paths.pipelines() },
        { text: name, to: paths.pipeline(name) },
      ]}
      self={paths.execution(name, id)}
      actions={
        isRunning(status) && status !== 'Stopping' ? (
          <StopButton pipeline={name} executionId={id} />
        ) : undefined
      }
    >
      <Loaded query={execution}>
        {(data) => (
          <>
            <Reasons pipeline={name} of={data} />
            <OpenApprovals pipeline={name} executionId={id} />
            <ExecutionFacts of={data} definition={definition.data?.pipeline} />
            <Timeline pipeline={name} executionId={id} running={isRunning(data.status)} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
