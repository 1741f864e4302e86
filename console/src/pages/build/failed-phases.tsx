import type { BuildPhase } from '@aws-sdk/client-codebuild';
import Alert from '@cloudscape-design/components/alert';
import { statusLook } from '../../ui/status.tsx';
import { phaseInWords } from './phase-words.ts';

/** Why the build failed, in the words of its phases. */
export function FailedPhases({ of }: { readonly of: readonly BuildPhase[] }) {
  return of
    .filter((phase) => statusLook(phase.phaseStatus)[0] === 'error')
    .map((phase) => (
      <Alert key={phase.phaseType} type="error" header={`${phaseInWords(phase.phaseType)} failed`}>
        {reasonsOf(phase).map((reason) => (
          <p key={reason} className="pw-words">
            {reason}
          </p>
        ))}
      </Alert>
    ));
}

export function reasonsOf(phase: BuildPhase): string[] {
  return (phase.contexts ?? []).flatMap(({ message, statusCode }) => message || statusCode || []);
}
