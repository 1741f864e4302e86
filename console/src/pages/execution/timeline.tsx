import './timeline.css';
import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { useNow } from '../../ui/now.ts';
import { actionsQuery } from '../pipeline/queries.ts';
import { TimelineRow } from './timeline-row.tsx';
import { spanOf } from './timeline-span.ts';

interface TimelineProps {
  readonly pipeline: string;
  readonly executionId: string;
  /** Whether there may still be more. */
  readonly running: boolean;
}

/** When each action ran, beside the others. */
export function Timeline({ pipeline, executionId, running }: TimelineProps) {
  const actions = useQuery(actionsQuery(pipeline, executionId));
  return (
    <Container header={<Header variant="h2">Timeline</Header>}>
      <Loaded query={actions}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={running ? 'No action has run yet' : 'No action ran'}>
              {running ? 'Actions appear here as they start.' : 'It ended before its first action started.'}
            </EmptyState>
          ) : (
            <Rows of={list} />
          )
        }
      </Loaded>
    </Container>
  );
}

function Rows({ of }: { readonly of: readonly ActionExecutionDetail[] }) {
  const now = useNow(1_000);
  const span = spanOf(of, now);
  return (
    <ol className="pw-timeline">
      {of.map((action) => (
        <TimelineRow key={action.actionExecutionId} action={action} span={span} now={now} />
      ))}
    </ol>
  );
}
