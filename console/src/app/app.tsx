import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { RouterProvider } from 'react-router';
import { LiveProvider } from '../live/live-context.tsx';
import { consoleQueryClient } from '../live/query-client.ts';
import { onSessionChange, sessionState } from '../session/session.ts';
import { Gate } from './gate.tsx';
import { consoleRouter } from './router.tsx';

/** The whole console: the pages for whoever is signed in, otherwise how to sign in. */
export function App() {
  const session = useSyncExternalStore(onSessionChange, sessionState);
  return (
    <I18nProvider locale="en" messages={[messages]}>
      {session.kind === 'signed-in' ? <SignedIn key={session.account} /> : <Gate session={session} />}
    </I18nProvider>
  );
}

function SignedIn() {
  const [queryClient] = useState(consoleQueryClient);
  const [router] = useState(consoleRouter);
  return (
    <QueryClientProvider client={queryClient}>
      <LiveProvider>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>
  );
}
