import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import { useFollow } from '../ui/follow.ts';
import { usePageState } from '../ui/page-state.ts';
import { BASE } from '../ui/paths.ts';

export function Breadcrumbs() {
  const follow = useFollow();
  const { crumbs } = usePageState();
  const items = crumbs.map((crumb) => ({ text: crumb.text, href: BASE + crumb.to }));
  return <BreadcrumbGroup ariaLabel="Breadcrumbs" items={items} onFollow={follow} />;
}
