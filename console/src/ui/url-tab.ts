import { useSearchParams } from 'react-router';

/**
 * The chosen tab, kept in the address so that it can be linked to. An address that names none of them shows the first.
 */
export function useUrlTab(tabs: readonly [string, ...string[]]): [string, (tab: string) => void] {
  const [first] = tabs;
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
  const asked = search.get('tab') ?? first;
  return [tabs.includes(asked) ? asked : first, choose];
}
