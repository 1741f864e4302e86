import Link from '@cloudscape-design/components/link';
import { AppLink } from '../../ui/app-link.tsx';
import type { ActionLink } from './action-link.ts';

interface WorkLinkProps {
  readonly link: ActionLink | undefined;
  /** The action's name, which tells links of the same words apart. */
  readonly of: string;
}

/** A link to the work behind an action. */
export function WorkLink({ link, of }: WorkLinkProps) {
  if (link === undefined) return null;
  const label = `${link.text} of ${of}`;
  return link.kind === 'page' ? (
    <AppLink to={link.to} ariaLabel={label}>
      {link.text}
    </AppLink>
  ) : (
    <Link href={link.url} external ariaLabel={label} externalIconAriaLabel="Opens in a new tab">
      {link.text}
    </Link>
  );
}
