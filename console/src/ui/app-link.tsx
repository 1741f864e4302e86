import Link, { type LinkProps } from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useHref } from 'react-router';
import { useFollow } from './follow.ts';

interface AppLinkProps {
  readonly to: string;
  readonly children: ReactNode;
  readonly variant?: LinkProps.Variant;
  readonly fontSize?: LinkProps.FontSize;
  readonly ariaLabel?: string;
}

/** A link to another page of the console. */
export function AppLink({ to, children, variant = 'secondary', fontSize, ariaLabel }: AppLinkProps) {
  const href = useHref(to);
  const follow = useFollow();
  return (
    <Link href={href} onFollow={follow} variant={variant} fontSize={fontSize} ariaLabel={ariaLabel}>
      {children}
    </Link>
  );
}
