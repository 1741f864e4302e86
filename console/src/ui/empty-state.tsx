import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { CommandLine } from './command-line.tsx';

interface EmptyStateProps {
  readonly title: string;
  readonly children: ReactNode;
  /** A command that makes the first one. */
  readonly command?: string;
  readonly commandName?: string;
}

/** Says what would stand here and how to get it. */
export function EmptyState({ title, children, command, commandName }: EmptyStateProps) {
  return (
    <Box textAlign="center" padding={{ vertical: 'l', horizontal: 'm' }}>
      <SpaceBetween size="s">
        <Box variant="strong" fontSize="heading-s">
          {title}
        </Box>
        <Box color="text-body-secondary">{children}</Box>
        {command === undefined ? null : <CommandLine command={command} name={commandName ?? title} />}
      </SpaceBetween>
    </Box>
  );
}
