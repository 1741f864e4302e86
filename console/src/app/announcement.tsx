import LiveRegion from '@cloudscape-design/components/live-region';
import { usePageState } from '../ui/page-state.ts';

/** Tells a screen reader which page was opened; the browser does so only for loaded pages. */
export function Announcement() {
  const { title } = usePageState();
  return <LiveRegion hidden>{title}</LiveRegion>;
}
