import type { Build } from '@aws-sdk/client-codebuild';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';

/** Where the build runs, the variables it was given and those it exported. */
export function EnvironmentTab({ of }: { readonly of: Build }) {
  const { environment, exportedEnvironmentVariables: exported = [] } = of;
  const given = environment?.environmentVariables ?? [];
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Where it runs</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Image', value: environment?.image ?? '–' },
            { label: 'Compute', value: environment?.computeType ?? '–' },
            { label: 'Role', value: of.serviceRole ?? '–' },
            { label: 'Artifacts', value: of.artifacts?.location || '–' },
            { label: 'Timeout', value: `${of.timeoutInMinutes ?? 60} min` },
            { label: 'Id', value: <span className="pw-mono">{of.id}</span> },
          ]}
        />
      </Container>
      <Variables
        title="Variables"
        none="The build was given no variables."
        of={given.map(({ name, value, type }) => ({
          name,
          value: type === 'PLAINTEXT' || type === undefined ? value : `${value} (${type})`,
        }))}
      />
      <Variables title="Exported variables" none="The build exported no variables." of={exported} />
    </SpaceBetween>
  );
}

interface VariablesProps {
  readonly title: string;
  readonly none: string;
  readonly of: readonly { readonly name?: string | undefined; readonly value?: string | undefined }[];
}

function Variables({ title, none, of }: VariablesProps) {
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      {of.length === 0 ? (
        <span className="pw-muted">{none}</span>
      ) : (
        <KeyValuePairs
          columns={3}
          items={of.map(({ name = '', value }) => ({
            label: name,
            value: <span className="pw-mono">{value || '–'}</span>,
          }))}
        />
      )}
    </Container>
  );
}
