import { QueryClient } from '@tanstack/react-query';

/**
 * Data is fresh while the live stream says nothing else; coming back to the window reads again as a safety net. The
 * AWS clients retry by themselves.
 */
export function consoleQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: 2_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
