import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useLive } from '../live/live-context.tsx';
import { dismissFlash, useFlashes } from '../ui/flashes.ts';

const DISCONNECTED: FlashbarProps.MessageDefinition = {
  id: 'disconnected',
  type: 'in-progress',
  loading: true,
  header: 'No live connection',
  content: 'What you see may be old. The console connects again by itself.',
};

/** Messages above the page, and a word when the live connection is gone. */
export function Notifications() {
  const flashes = useFlashes();
  const { connected } = useLive();
  const items = flashes.map(
    (each): FlashbarProps.MessageDefinition => ({
      id: each.id,
      type: each.type,
      header: each.header,
      content: each.content,
      dismissible: true,
      dismissLabel: 'Dismiss message',
      ariaRole: each.type === 'error' ? 'alert' : 'status',
      onDismiss: () => dismissFlash(each.id),
    }),
  );
  return <Flashbar items={connected === false ? [DISCONNECTED, ...items] : items} />;
}
