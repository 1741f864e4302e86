import type { GetFolderOutput } from '@aws-sdk/client-codecommit';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { Markdown } from '../../markdown/markdown.tsx';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { entryQuery } from './queries.ts';
import { textOf } from './text-of.ts';

/** Longer ones are read as a file. */
const LONGEST = 200_000;

interface ReadmeProps {
  readonly repository: string;
  readonly branch: string;
  readonly folder: GetFolderOutput;
}

/** The README of a folder, below its entries. */
export function Readme({ repository, branch, folder }: ReadmeProps) {
  const path = (folder.files ?? []).find(({ relativePath = '' }) =>
    /^readme(\.(md|markdown|txt))?$/i.test(relativePath),
  )?.absolutePath;
  return path === undefined ? null : <ReadmeFile repository={repository} branch={branch} path={path} />;
}

function ReadmeFile({
  repository,
  branch,
  path,
}: {
  readonly repository: string;
  readonly branch: string;
  readonly path: string;
}) {
  const entry = useQuery(entryQuery(repository, branch, path));
  const name = path.split('/').at(-1) ?? path;
  return (
    <Loaded query={entry}>
      {(data) => {
        const text =
          data.kind === 'file' && data.content.length <= LONGEST ? textOf(data.content) : undefined;
        if (text === undefined || text.trim() === '') return null;
        return (
          <Container header={<Header variant="h2">{name}</Header>}>
            {/\.(md|markdown)$/i.test(name) ? (
              <Markdown text={text} name={name} />
            ) : (
              <CodeBlock wrap text={text} name={name} />
            )}
          </Container>
        );
      }}
    </Loaded>
  );
}
