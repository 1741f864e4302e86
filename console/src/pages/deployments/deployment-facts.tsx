import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { AppLink } from '../../ui/app-link.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { paths } from '../../ui/paths.ts';
import { isRunning, Status } from '../../ui/status.tsx';
import { creatorInWords, overviewInWords, revisionInWords } from './deployment-words.ts';

/** What is deployed where, by whom, and why it failed. */
export function DeploymentFacts({ of }: { readonly of: DeploymentInfo }) {
  const { rollbackInfo, errorInformation: error } = of;
  const end = isRunning(of.status) ? undefined : (of.completeTime ?? of.createTime);
  return (
    <>
      {error?.message ? (
        <Alert type="error" header="The deployment failed">
          <p className="pw-words">{error.message}</p>
          {error.code}
        </Alert>
      ) : null}
      {rollbackInfo?.rollbackDeploymentId ? (
        <Alert type="info" header="It was rolled back">
          {rollbackInfo.rollbackMessage}{' '}
          <AppLink to={paths.deployment(rollbackInfo.rollbackDeploymentId)}>
            Deployment {rollbackInfo.rollbackDeploymentId}
          </AppLink>{' '}
          brings the last good revision back.
        </Alert>
      ) : null}
      <Container>
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Status', value: <Status of={of.status} /> },
            { label: 'Hosts', value: overviewInWords(of) },
            {
              label: 'Application',
              value: <AppLink to={paths.application(of.applicationName ?? '')}>{of.applicationName}</AppLink>,
            },
            { label: 'Group', value: of.deploymentGroupName ?? '–' },
            { label: 'Configuration', value: of.deploymentConfigName ?? '–' },
            { label: 'Started by', value: creatorInWords(of) },
            { label: 'Created', value: <Moment at={of.createTime} show="both" /> },
            { label: 'Took', value: <Elapsed from={of.createTime} to={end} /> },
            { label: 'Revision', value: <span className="pw-words">{revisionInWords(of.revision)}</span> },
            ...(of.description ? [{ label: 'Description', value: of.description }] : []),
          ]}
        />
      </Container>
    </>
  );
}
