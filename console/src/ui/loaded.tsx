import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorBox } from './error-box.tsx';
import { Stack } from './stack.tsx';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** Shows what a query read; meanwhile a spinner, and an error in words when it failed and there is nothing older. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <Stack>{children(query.data)}</Stack>;
  if (query.error !== null) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  return (
    <Box textAlign="center" padding="xxl" color="text-body-secondary">
      <Spinner size="large" /> <span className="pw-visually-hidden">Loading</span>
    </Box>
  );
}
