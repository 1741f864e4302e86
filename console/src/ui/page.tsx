import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import { type Crumb, useAnnouncePage } from './page-state.ts';
import { Stack } from './stack.tsx';

interface PageProps {
  readonly title: string;
  /** The pages above this one; the page itself is added. */
  readonly crumbs: readonly Crumb[];
  readonly self: string;
  readonly crumbText?: string;
  readonly description?: ReactNode;
  readonly info?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page: its heading, its actions and its place in the breadcrumbs. */
export function Page({ title, crumbs, self, crumbText, description, info, actions, children }: PageProps) {
  useAnnouncePage(title, [...crumbs, { text: crumbText ?? title, to: self }]);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} info={info} actions={actions}>
          {title}
        </Header>
      }
    >
      <Stack>{children}</Stack>
    </ContentLayout>
  );
}
