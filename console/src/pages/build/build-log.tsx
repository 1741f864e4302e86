import type { Build } from '@aws-sdk/client-codebuild';
import { EmptyState } from '../../ui/empty-state.tsx';
import { isRunning } from '../../ui/status.tsx';
import { LogPanel } from '../log/log-panel.tsx';

/** The build's log, or why there is none. */
export function BuildLog({ of }: { readonly of: Build }) {
  const { groupName, streamName } = of.logs ?? {};
  if (groupName === undefined || streamName === undefined) {
    return (
      <EmptyState title="No log">
        {of.logs?.cloudWatchLogs?.status === 'DISABLED'
          ? 'The project writes no log.'
          : 'The log begins when the build does.'}
      </EmptyState>
    );
  }
  return (
    <LogPanel
      group={groupName}
      stream={streamName}
      attempt={`${of.currentPhase} ${of.buildStatus}`}
      growing={isRunning(of.buildStatus)}
      name={`Log of ${of.projectName} #${of.buildNumber}`}
      fileName={`${of.projectName}-${of.buildNumber}.log`}
    />
  );
}
