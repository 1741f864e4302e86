import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { checkSession } from '../session/session.ts';
import { joinLive, type LiveClient } from './live-client.ts';
import { Refresher } from './refresher.ts';

interface Live {
  readonly client: LiveClient | undefined;
  /** Undefined until the first connection. */
  readonly connected: boolean | undefined;
}

const LiveContext = createContext<Live>({ client: undefined, connected: undefined });

/** Joins the browser's live stream for as long as someone is signed in. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queryClient = useQueryClient();
  const [live, setLive] = useState<Live>({ client: undefined, connected: undefined });
  const wasConnected = useRef(false);
  useEffect(() => {
    const refresher = new Refresher(queryClient);
    const client = joinLive({
      changes: (changes) => refresher.changed(changes),
      resync: () => refresher.everything(),
      connection: (connected) => {
        if (wasConnected.current && !connected) void checkSession();
        wasConnected.current = connected;
        setLive((before) => ({ ...before, connected }));
      },
    });
    setLive((before) => ({ ...before, client }));
    return () => client.leave();
  }, [queryClient]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  return useContext(LiveContext);
}
