import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { useLocation } from 'react-router';
import { useFollow } from '../ui/follow.ts';
import { BASE, paths } from '../ui/paths.ts';

const link = (text: string, to: string): SideNavigationProps.Link => ({
  type: 'link',
  text,
  href: BASE + to,
});

const ITEMS: SideNavigationProps.Item[] = [
  link('Pipelines', paths.pipelines()),
  {
    type: 'section-group',
    title: 'Source',
    items: [link('Repositories', paths.repositories())],
  },
  {
    type: 'section-group',
    title: 'Build',
    items: [
      link('Build projects', paths.projects()),
      link('Builds', paths.builds()),
      link('Test reports', paths.reportGroups()),
    ],
  },
  {
    type: 'section-group',
    title: 'Deploy',
    items: [
      link('Deployments', paths.deployments()),
      link('Applications', paths.applications()),
      link('Hosts', paths.hosts()),
    ],
  },
];

/** The side navigation; the first part of the address says where one is. */
export function Navigation({ onFollowed }: { readonly onFollowed: () => void }) {
  const { pathname } = useLocation();
  const follow = useFollow();
  const section = pathname.split('/')[1] ?? '';
  return (
    <SideNavigation
      activeHref={`${BASE}/${section}`}
      items={ITEMS}
      onFollow={(event) => {
        follow(event);
        onFollowed();
      }}
    />
  );
}
