import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query';
import type { TableSource } from './data-table.tsx';

/** A list that is read in one go. */
export function wholeList<T>(query: UseQueryResult<readonly T[]>): TableSource<T> {
  return { items: query.data, error: query.error, retry: () => void query.refetch() };
}

/** A list that is read page by page. */
export function pagedList<Page, T>(
  query: UseInfiniteQueryResult<InfiniteData<Page>>,
  itemsOf: (page: Page) => readonly T[] | undefined,
): TableSource<T> {
  return {
    items: query.data?.pages.flatMap((page) => itemsOf(page) ?? []),
    error: query.error,
    retry: () => void query.refetch(),
    ...(query.hasNextPage
      ? { more: { loading: query.isFetchingNextPage, load: () => void query.fetchNextPage() } }
      : {}),
  };
}
