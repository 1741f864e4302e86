import type { CSSProperties } from 'react';
import type { Segment } from '../../log/segments.ts';
import { background, foreground, has, PLAIN, paletteColour, type Style } from '../../log/style.ts';

/** The text of a line with its colours and hits. */
export function LineText({ of }: { readonly of: readonly Segment[] }) {
  return of.map((segment, index) => {
    const key = index;
    if (segment.hit !== 'none') {
      return (
        <mark key={key} className={segment.hit === 'current' ? 'pw-log-current' : undefined}>
          {segment.text}
        </mark>
      );
    }
    if (segment.style === PLAIN) return segment.text;
    return (
      <span key={key} className={classesOf(segment.style)} style={inlineOf(segment.style)}>
        {segment.text}
      </span>
    );
  });
}

/** The sixteen colours of the theme are classes, everything else stands in the element. */
function classesOf(style: Style): string {
  const [ink, paper] = coloursOf(style);
  const classes = [];
  if (ink !== undefined && ink < 16) classes.push(`pw-fg-${ink}`);
  if (paper !== undefined && paper < 16) classes.push(`pw-bg-${paper}`);
  return classes.join(' ');
}

function inlineOf(style: Style): CSSProperties {
  const [ink, paper] = coloursOf(style);
  return {
    ...(ink !== undefined && ink >= 16 ? { color: paletteColour(ink) } : {}),
    ...(paper !== undefined && paper >= 16 ? { background: paletteColour(paper) } : {}),
    ...(has(style, 'bold') ? { fontWeight: 700 } : {}),
    ...(has(style, 'dim') ? { opacity: 0.75 } : {}),
    ...(has(style, 'italic') ? { fontStyle: 'italic' } : {}),
    ...(has(style, 'underline') ? { textDecoration: 'underline' } : {}),
  };
}

function coloursOf(style: Style): [ink: number | undefined, paper: number | undefined] {
  const ink = foreground(style);
  const paper = background(style);
  // Inverse without colours of its own: light paper, whose class brings dark ink.
  return has(style, 'inverse') ? [paper, ink ?? 7] : [ink, paper];
}
