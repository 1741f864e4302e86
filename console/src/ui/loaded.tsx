import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { errorInWords } from '../aws/error-words.ts';
import { ErrorBox } from './error-box.tsx';
import { Stack } from './stack.tsx';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/**
 * Shows what a query read; meanwhile a spinner, and an error in words when it failed. What was read before stays while
 * the server cannot be asked, but goes when the thing itself is gone.
 */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { data, error } = query;
  if (data === undefined && error === null) return <Waiting />;
  if (data === undefined) return <ErrorBox error={error} retry={() => void query.refetch()} />;
  const words = error === null ? undefined : errorInWords(error);
  if (words?.missing === true) {
    return (
      <Alert type="info" header="It was deleted meanwhile">
        {words.text}
      </Alert>
    );
  }
  return (
    <Stack>
      {error === null ? null : <ErrorBox error={error} old retry={() => void query.refetch()} />}
      {children(data)}
    </Stack>
  );
}

function Waiting() {
  return (
    <Box textAlign="center" padding="xxl" color="text-body-secondary">
      <Spinner size="large" /> <span className="pw-visually-hidden">Loading</span>
    </Box>
  );
}
