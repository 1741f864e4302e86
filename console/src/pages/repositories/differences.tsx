import type { Difference } from '@aws-sdk/client-codecommit';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { FileDiff } from './file-diff.tsx';
import { differencesQuery } from './queries.ts';

/** That many files are open at first; the rest opens on demand. */
const OPEN_LIMIT = 10;

const CHANGES: Readonly<Record<string, string>> = { A: 'added', M: 'changed', D: 'deleted' };

interface DifferencesProps {
  readonly repository: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** Every file that a commit changed. */
export function Differences({ repository, before, after }: DifferencesProps) {
  const differences = useQuery(differencesQuery(repository, before, after));
  const count = differences.data?.length;
  return (
    <Container
      header={
        <Header variant="h2" counter={count === undefined ? undefined : `(${count})`}>
          Changed files
        </Header>
      }
    >
      <Loaded query={differences}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No changed files">The commit changes no file.</EmptyState>
          ) : (
            list.map((each, index) => (
              <OneDifference
                key={pathOf(each)}
                repository={repository}
                of={each}
                openAtFirst={index < OPEN_LIMIT}
              />
            ))
          )
        }
      </Loaded>
    </Container>
  );
}

interface OneDifferenceProps {
  readonly repository: string;
  readonly of: Difference;
  readonly openAtFirst: boolean;
}

function OneDifference({ repository, of, openAtFirst }: OneDifferenceProps) {
  const [open, setOpen] = useState(openAtFirst);
  return (
    <ExpandableSection
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerText={pathOf(of)}
      headerDescription={CHANGES[of.changeType ?? ''] ?? of.changeType}
    >
      {open ? (
        <FileDiff
          repository={repository}
          path={pathOf(of)}
          before={of.beforeBlob?.blobId}
          after={of.afterBlob?.blobId}
        />
      ) : null}
    </ExpandableSection>
  );
}

function pathOf(difference: Difference): string {
  return difference.afterBlob?.path ?? difference.beforeBlob?.path ?? '';
}
