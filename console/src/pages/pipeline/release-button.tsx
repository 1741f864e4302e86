import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { startPipeline } from '../../aws/pipelines.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Starts an execution with the newest revision of every source; asks for the variables that the pipeline declares. */
export function ReleaseButton({ pipeline }: { readonly pipeline: PipelineDeclaration }) {
  const name = pipeline.name ?? '';
  const declared = pipeline.variables ?? [];
  const [values, setValues] = useState<Readonly<Record<string, string>>>();
  const close = (): void => setValues(undefined);
  const start = useAction(
    () => {
      const given = Object.entries(values ?? {}).filter(([, value]) => value !== '');
      return startPipeline(
        name,
        given.map(([variable, value]) => ({ name: variable, value })),
      );
    },
    'A new execution has started',
    close,
  );
  return (
    <>
      <Button
        variant="primary"
        loading={start.isPending}
        onClick={() => (declared.length === 0 ? start.mutate(undefined) : setValues({}))}
      >
        Release change
      </Button>
      {values === undefined ? null : (
        <Confirm
          title="Release change"
          verb="Release change"
          busy={start.isPending}
          onConfirm={() => start.mutate(undefined)}
          onClose={close}
        >
          <SpaceBetween size="m">
            {declared.map((variable) => (
              <FormField
                key={variable.name}
                label={variable.name}
                description={variable.description}
                constraintText={
                  variable.defaultValue === undefined
                    ? 'Has no default.'
                    : `Default: ${variable.defaultValue}`
                }
              >
                <Input
                  value={values[variable.name ?? ''] ?? ''}
                  placeholder={variable.defaultValue}
                  onChange={({ detail }) => setValues({ ...values, [variable.name ?? '']: detail.value })}
                />
              </FormField>
            ))}
          </SpaceBetween>
        </Confirm>
      )}
    </>
  );
}
