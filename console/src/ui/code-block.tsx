import './code-block.css';

interface CodeBlockProps {
  readonly text: string;
  /** What it is, for screen readers. */
  readonly name: string;
  readonly wrap?: boolean;
}

/** Text as it is, in a box that scrolls and can be reached with the keyboard. */
export function CodeBlock({ text, name, wrap = false }: CodeBlockProps) {
  return (
    <pre className={wrap ? 'pw-code pw-code-wrap' : 'pw-code'} tabIndex={0} role="region" aria-label={name}>
      {text}
    </pre>
  );
}
