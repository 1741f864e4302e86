import type { Build } from '@aws-sdk/client-codebuild';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { Status } from '../../ui/status.tsx';
import { PipelineLink } from '../shared/pipeline-link.tsx';
import { shortRevision } from '../shared/revision.ts';
import { phaseInWords } from './phase-words.ts';

/** What the build is and how it stands. */
export function BuildFacts({ of }: { readonly of: Build }) {
  const running = of.buildComplete !== true;
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Status', value: <Status of={of.buildStatus} /> },
          {
            label: running ? 'Phase now' : 'Took',
            value: running ? (
              phaseInWords(of.currentPhase)
            ) : (
              <Elapsed from={of.startTime} to={of.endTime ?? of.startTime} />
            ),
          },
          { label: 'Started', value: <Moment at={of.startTime} show="both" /> },
          { label: 'Started by', value: <PipelineLink initiator={of.initiator} /> },
          {
            label: 'Revision',
            value:
              of.resolvedSourceVersion === undefined ? (
                '–'
              ) : (
                <span className="pw-mono">{shortRevision(of.resolvedSourceVersion)}</span>
              ),
          },
        ]}
      />
    </Container>
  );
}
