import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import { useSyncExternalStore } from 'react';
import { useNavigate } from 'react-router';
import { onSessionChange, sessionState, signOut } from '../session/session.ts';
import { BASE, paths } from '../ui/paths.ts';
import {
  type Preferences,
  setPreferences,
  type ThemeChoice,
  type TimeChoice,
  usePreferences,
} from '../ui/preferences.ts';

/** The bar at the top: home, where one is signed in, settings. */
export function TopBar() {
  const session = useSyncExternalStore(onSessionChange, sessionState);
  const chosen = usePreferences();
  const navigate = useNavigate();
  const where = session.kind === 'signed-in' ? `${session.account} · ${session.region}` : '';
  return (
    <TopNavigation
      identity={{
        href: BASE + paths.pipelines(),
        title: 'Pipewright',
        logo: { src: `${import.meta.env.BASE_URL}favicon.svg`, alt: '' },
        onFollow: (event) => {
          event.preventDefault();
          void navigate(paths.pipelines());
        },
      }}
      utilities={[settingsMenu(chosen), accountMenu(where)]}
    />
  );
}

function settingsMenu(chosen: Preferences): TopNavigationProps.Utility {
  const theme = (id: ThemeChoice, text: string) => option(`theme:${id}`, text, chosen.theme === id);
  const times = (id: TimeChoice, text: string) => option(`times:${id}`, text, chosen.times === id);
  return {
    type: 'menu-dropdown',
    iconName: 'settings',
    ariaLabel: 'Settings',
    title: 'Settings',
    onItemClick: ({ detail }) => {
      const [kind, value] = detail.id.split(':');
      setPreferences(kind === 'theme' ? { theme: value as ThemeChoice } : { times: value as TimeChoice });
    },
    items: [
      {
        text: 'Theme',
        items: [theme('system', 'Like the system'), theme('light', 'Light'), theme('dark', 'Dark')],
      },
      { text: 'Times', items: [times('local', 'Local time'), times('utc', 'UTC')] },
    ],
  };
}

function accountMenu(where: string): TopNavigationProps.Utility {
  return {
    type: 'menu-dropdown',
    iconName: 'user-profile',
    ariaLabel: `Account ${where}`,
    text: where,
    onItemClick: () => void signOut(),
    items: [{ id: 'sign-out', text: 'Sign out' }],
  };
}

function option(id: string, text: string, checked: boolean) {
  return { id, text, itemType: 'checkbox' as const, checked };
}
