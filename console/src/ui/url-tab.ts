import { useSearchParams } from 'react-router';

/** The chosen tab, kept in the address so that it can be linked to. */
export function useUrlTab(first: string): [string, (tab: string) => void] {
  const [search, setSearch] = useSearchParams();
  const choose = (tab: string): void => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (tab === first) next.delete('tab');
        else next.set('tab', tab);
        return next;
      },
      { replace: true },
    );
  };
  return [search.get('tab') ?? first, choose];
}
