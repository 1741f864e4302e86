import { useCallback } from 'react';
import { useNavigate } from 'react-router';
import { BASE } from './paths.ts';

interface FollowEvent {
  readonly detail: { readonly href?: string; readonly external?: boolean };
  preventDefault(): void;
}

/** Follows a design-system link inside the console without loading the page again. */
export function useFollow(): (event: FollowEvent) => void {
  const navigate = useNavigate();
  return useCallback(
    (event) => {
      const { href, external } = event.detail;
      if (external === true || href?.startsWith(`${BASE}/`) !== true) return;
      event.preventDefault();
      void navigate(href.slice(BASE.length));
    },
    [navigate],
  );
}
