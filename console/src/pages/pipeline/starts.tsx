import type { GetPipelineOutput } from '@aws-sdk/client-codepipeline';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { pipelineStarts, type StartTone } from '../../../../src/pure/pipeline-starts/index.ts';
import { errorInWords } from '../../aws/error-words.ts';
import { startRulesQuery } from './queries.ts';

const LOOKS: Readonly<Record<StartTone, StatusIndicatorProps.Type>> = {
  starts: 'success',
  perhaps: 'info',
  quiet: 'stopped',
  warning: 'warning',
};

/** What starts the pipeline, and why something that one may expect does not. */
export function Starts({ of }: { readonly of: GetPipelineOutput }) {
  const arn = of.metadata?.pipelineArn ?? '';
  const rules = useQuery(startRulesQuery(arn));
  if (of.pipeline === undefined || rules.isPending) return null;
  const refusal = rules.data === undefined && rules.error !== null ? errorInWords(rules.error) : undefined;
  return (
    <section className="pw-starts" aria-label="What starts this pipeline">
      <ul>
        {pipelineStarts(of.pipeline, arn, rules.data).map(({ tone, text }) => (
          <li key={text}>
            <StatusIndicator type={LOOKS[tone]} colorOverride={tone === 'starts' ? 'grey' : undefined}>
              {text}
            </StatusIndicator>
          </li>
        ))}
      </ul>
      {refusal === undefined ? null : <p className="pw-words pw-muted">{refusal.text}</p>}
    </section>
  );
}
