import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useMemo } from 'react';
import { saveFile } from '../../ui/save-file.ts';
import { TextLines } from './text-lines.tsx';
import { linesOf, textOf } from './text-of.ts';

interface FileViewProps {
  readonly path: string;
  readonly content: Uint8Array;
}

/** A file: its lines, or its size when it is binary. */
export function FileView({ path, content }: FileViewProps) {
  const name = path.split('/').at(-1) ?? path;
  const lines = useMemo(() => {
    const text = textOf(content);
    return text === undefined
      ? undefined
      : linesOf(text).map((line, index) => ({ mark: String(index + 1), text: line }));
  }, [content]);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`${content.length.toLocaleString('en')} bytes`}
          actions={
            <Button iconName="download" onClick={() => saveFile(name, new Blob([new Uint8Array(content)]))}>
              Save
            </Button>
          }
        >
          {name}
        </Header>
      }
    >
      {lines === undefined ? (
        <span className="pw-muted">A binary file.</span>
      ) : lines.length === 0 ? (
        <span className="pw-muted">An empty file.</span>
      ) : (
        <TextLines lines={lines} name={`Text of ${path}`} />
      )}
    </Container>
  );
}
