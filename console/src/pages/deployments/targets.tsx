import type { DeploymentTarget } from '@aws-sdk/client-codedeploy';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { statusLook } from '../../ui/status.tsx';
import { LifecycleEvents } from './lifecycle-events.tsx';
import { targetsQuery } from './queries.ts';

/** Many hosts start folded; those that failed are open, those that were left out are not. */
const OPEN_LIMIT = 6;

/** Every host of a deployment with its lifecycle events. */
export function Targets({ deploymentId }: { readonly deploymentId: string }) {
  const targets = useQuery(targetsQuery(deploymentId));
  return (
    <Container header={<Header variant="h2">Hosts</Header>}>
      <Loaded query={targets}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No hosts">
              No host belongs to the deployment yet, or none matches its group.
            </EmptyState>
          ) : (
            list.map((target) => (
              <Target
                key={target.instanceTarget?.targetId}
                of={target}
                open={
                  target.instanceTarget?.status === 'Failed' ||
                  (list.length <= OPEN_LIMIT && target.instanceTarget?.status !== 'Skipped')
                }
              />
            ))
          )
        }
      </Loaded>
    </Container>
  );
}

function Target({ of, open }: { readonly of: DeploymentTarget; readonly open: boolean }) {
  const target = of.instanceTarget;
  if (target === undefined) return null;
  const name = target.targetId ?? '';
  return (
    <ExpandableSection
      defaultExpanded={open}
      headerText={name}
      headerDescription={statusLook(target.status)[1]}
    >
      <LifecycleEvents host={name} of={target.lifecycleEvents ?? []} />
    </ExpandableSection>
  );
}
