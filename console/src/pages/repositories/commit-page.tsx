import type { Commit } from '@aws-sdk/client-codecommit';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { AppLink } from '../../ui/app-link.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { paths } from '../../ui/paths.ts';
import { shortRevision } from '../shared/revision.ts';
import { commitTime } from './commit-time.ts';
import { Differences } from './differences.tsx';
import { commitQuery } from './queries.ts';

/** One commit: who, when, why, and what it changed. */
export function CommitPage() {
  const { name = '', id = '' } = useParams();
  const commit = useQuery(commitQuery(name, id));
  return (
    <Page
      title={`Commit ${shortRevision(id)}`}
      crumbs={[
        { text: 'Repositories', to: paths.repositories() },
        { text: name, to: paths.repository(name) },
      ]}
      self={paths.commit(name, id)}
    >
      <Loaded query={commit}>
        {(data) => (
          <>
            <CommitFacts repository={name} of={data} />
            <Differences repository={name} before={data.parents?.[0]} after={id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function CommitFacts({ repository, of }: { readonly repository: string; readonly of: Commit }) {
  return (
    <Container>
      <p className="pw-words">{of.message?.trim()}</p>
      <hr className="pw-rule" />
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Author', value: `${of.author?.name ?? '–'} <${of.author?.email ?? ''}>` },
          { label: 'Committed', value: <Moment at={commitTime(of.committer?.date)} show="both" /> },
          {
            label: 'Parents',
            value:
              (of.parents ?? []).length === 0
                ? 'None, the first commit'
                : of.parents?.map((parent) => (
                    <span key={parent} className="pw-mono">
                      <AppLink to={paths.commit(repository, parent)}>{shortRevision(parent)}</AppLink>{' '}
                    </span>
                  )),
          },
          { label: 'Id', value: <span className="pw-mono pw-words">{of.commitId}</span> },
        ]}
      />
    </Container>
  );
}
