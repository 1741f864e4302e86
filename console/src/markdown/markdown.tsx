import './markdown.css';
import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import { createElement, useMemo } from 'react';
import { CodeBlock } from '../ui/code-block.tsx';
import { type Block, parseBlocks } from './blocks.ts';
import { type Inline, parseInline } from './inline.ts';

/** A README as a page: elements only, never HTML of the text; links lead to web addresses only. */
export function Markdown({ text, name }: { readonly text: string; readonly name: string }) {
  const blocks = useMemo(() => parseBlocks(text), [text]);
  return (
    <div className="pw-markdown">
      {blocks.map((block, index) => (
        <MarkdownBlock key={index} of={block} name={`${name}, code ${index}`} />
      ))}
    </div>
  );
}

function MarkdownBlock({ of, name }: { readonly of: Block; readonly name: string }) {
  switch (of.kind) {
    case 'heading':
      // The page and the box around have the first two levels.
      return (
        <Box
          variant="h3"
          tagOverride={of.level === 1 ? 'h3' : of.level === 2 ? 'h4' : 'h5'}
          padding={{ top: 's', bottom: 'xs' }}
        >
          <Run of={parseInline(of.text)} />
        </Box>
      );
    case 'paragraph':
      return (
        <p>
          <Run of={parseInline(of.text)} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          <Run of={parseInline(of.text)} />
        </blockquote>
      );
    case 'code':
      return <CodeBlock text={of.text} name={name} />;
    case 'list':
      return createElement(
        of.ordered ? 'ol' : 'ul',
        undefined,
        ...of.items.map((item) => (
          <li key={item}>
            <Run of={parseInline(item)} />
          </li>
        )),
      );
    case 'rule':
      return <hr className="pw-rule" />;
  }
}

function Run({ of }: { readonly of: readonly Inline[] }) {
  return of.map((part, index) => <Part key={index} of={part} />);
}

function Part({ of }: { readonly of: Inline }) {
  switch (of.kind) {
    case 'text':
      return of.text;
    case 'code':
      return <code>{of.text}</code>;
    case 'strong':
      return (
        <strong>
          <Run of={of.parts} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Run of={of.parts} />
        </em>
      );
    case 'link':
      return /^https?:\/\//.test(of.to) ? (
        <Link href={of.to} external variant="primary" externalIconAriaLabel="Opens in a new tab">
          <Run of={of.parts} />
        </Link>
      ) : (
        <Run of={of.parts} />
      );
  }
}
