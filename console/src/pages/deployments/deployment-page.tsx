import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { isRunning } from '../../ui/status.tsx';
import { DeploymentFacts } from './deployment-facts.tsx';
import { deploymentQuery } from './queries.ts';
import { StopDeploymentButton } from './stop-deployment-button.tsx';
import { Targets } from './targets.tsx';

/** One deployment: how it stands, and what happens on each host. */
export function DeploymentPage() {
  const { id = '' } = useParams();
  const deployment = useQuery(deploymentQuery(id));
  return (
    <Page
      title={id}
      crumbs={[{ text: 'Deployments', to: paths.deployments() }]}
      self={paths.deployment(id)}
      actions={
        isRunning(deployment.data?.status) && deployment.data ? <StopDeploymentButton id={id} /> : undefined
      }
    >
      <Loaded query={deployment}>
        {(data) => (
          <>
            <DeploymentFacts of={data} />
            <Targets deploymentId={id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
