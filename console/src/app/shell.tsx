import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import { useState } from 'react';
import { Outlet } from 'react-router';
import { isNarrow } from '../ui/narrow.ts';
import { Announcement } from './announcement.tsx';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { Navigation } from './navigation.tsx';
import { Notifications } from './notifications.tsx';
import { TopBar } from './top-bar.tsx';

/** What stands around every page. */
export function Shell() {
  const [navigationOpen, setNavigationOpen] = useState(() => !isNarrow());
  return (
    <>
      <div id="pw-top">
        <TopBar />
      </div>
      <AppLayoutToolbar
        headerSelector="#pw-top"
        navigation={<Navigation onFollowed={() => isNarrow() && setNavigationOpen(false)} />}
        navigationOpen={navigationOpen}
        navigationWidth={232}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        breadcrumbs={<Breadcrumbs />}
        notifications={<Notifications />}
        toolsHide
        maxContentWidth={1600}
        content={<Outlet />}
      />
      <Announcement />
    </>
  );
}
