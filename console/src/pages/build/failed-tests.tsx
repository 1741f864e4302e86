import type { TestCase } from '@aws-sdk/client-codebuild';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { CodeBlock } from '../../ui/code-block.tsx';

/** The messages of tests that failed; a report of thousands shows the first of them. */
const SHOWN = 20;

export function FailedTests({ of }: { readonly of: readonly TestCase[] }) {
  return (
    <>
      {of.slice(0, SHOWN).map((test) => (
        <ExpandableSection
          key={`${test.prefix}\n${test.name}`}
          defaultExpanded={of.length <= 3}
          headerText={`Failed: ${test.name}`}
        >
          <CodeBlock
            wrap
            text={test.message || 'The test gave no message.'}
            name={`Message of ${test.name}`}
          />
        </ExpandableSection>
      ))}
      {of.length > SHOWN ? <p className="pw-muted">And {of.length - SHOWN} more, in the list.</p> : null}
    </>
  );
}
