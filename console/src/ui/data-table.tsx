import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import type { ReactNode } from 'react';
import { ErrorBox } from './error-box.tsx';
import { useNarrow } from './narrow.ts';

const PAGE_SIZE = 25;

/** What a table shows: the whole of a list, or the pages of it that were read so far. */
export interface TableSource<T> {
  readonly items: readonly T[] | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  /** Set while there are more pages on the server. */
  readonly more?: { readonly loading: boolean; readonly load: () => void };
}

interface DataTableProps<T> {
  /** Heading of the table, and its name for screen readers. */
  readonly title: string;
  readonly source: TableSource<T>;
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  readonly trackBy: (item: T) => string;
  /** What a filter looks at. */
  readonly textOf: (item: T) => string;
  readonly empty: ReactNode;
  readonly variant?: TableProps.Variant;
  readonly actions?: ReactNode;
}

/** A list with filter, sorting and pages, and with words for empty, loading and failed. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { title, source, columns, trackBy, textOf, empty, variant = 'container', actions } = props;
  const all = source.items ?? [];
  const narrow = useNarrow();
  const collection = useCollection(all, {
    filtering: {
      empty,
      noMatch: <Box color="text-body-secondary">Nothing matches the filter.</Box>,
      filteringFunction: (item, text) => textOf(item).toLowerCase().includes(text.toLowerCase()),
    },
    pagination: { pageSize: PAGE_SIZE },
    sorting: {},
  });
  if (source.items === undefined && source.error !== null) {
    return <ErrorBox error={source.error} retry={source.retry} />;
  }
  const { pagesCount } = collection.paginationProps;
  const more = source.more;
  return (
    <Table
      {...collection.collectionProps}
      variant={variant}
      columnDefinitions={columns.map((column) => bounded(column, narrow))}
      items={collection.items}
      trackBy={trackBy}
      loading={source.items === undefined}
      loadingText="Loading"
      wrapLines={narrow}
      header={
        <Header
          variant="h2"
          counter={source.items === undefined ? undefined : `(${all.length}${more === undefined ? '' : '+'})`}
          actions={actions}
        >
          {title}
        </Header>
      }
      ariaLabels={{ tableLabel: title }}
      filter={
        all.length > 1 ? (
          <TextFilter
            {...collection.filterProps}
            filteringPlaceholder={`Find in ${title.toLowerCase()}`}
            filteringAriaLabel={`Find in ${title.toLowerCase()}`}
          />
        ) : undefined
      }
      pagination={
        pagesCount > 1 ? (
          <Pagination
            {...collection.paginationProps}
            ariaLabels={{
              nextPageLabel: 'Next page',
              previousPageLabel: 'Previous page',
              pageLabel: (page) => `Page ${page}`,
            }}
          />
        ) : undefined
      }
      footer={
        more === undefined ? undefined : (
          <Box textAlign="center">
            <Button onClick={more.load} loading={more.loading}>
              Load older ones
            </Button>
          </Box>
        )
      }
    />
  );
}

/** A name is never so long that what stands beside it is out of sight. */
function bounded<T>(column: TableProps.ColumnDefinition<T>, narrow: boolean): TableProps.ColumnDefinition<T> {
  if (narrow) return { ...column, minWidth: Math.min(Number(column.minWidth ?? 120), 150), maxWidth: 190 };
  return { maxWidth: 440, ...column };
}
