import type { GetPipelineOutput } from '@aws-sdk/client-codepipeline';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import { CodeBlock } from '../../ui/code-block.tsx';

/** The definition as the API gives it, to copy and to change. */
export function DefinitionTab({ of }: { readonly of: GetPipelineOutput }) {
  const text = JSON.stringify({ pipeline: of.pipeline }, null, 2);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="What update-pipeline takes."
          actions={
            <CopyToClipboard
              variant="button"
              copyButtonText="Copy"
              copyButtonAriaLabel="Copy the definition"
              textToCopy={text}
              copySuccessText="Copied"
              copyErrorText="The browser did not allow copying"
            />
          }
        >
          Definition
        </Header>
      }
    >
      <CodeBlock text={text} name="Definition of the pipeline" />
    </Container>
  );
}
