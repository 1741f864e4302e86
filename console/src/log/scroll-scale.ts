/**
 * Browsers cap the height of an element (Chromium at 33.5 million pixels, Firefox at 17.9). A log that is higher is
 * shown in an element of the greatest height, and scroll positions are stretched. Below the cap the ratio is 1 and
 * scrolling is the browser's own.
 */
export interface ScrollScale {
  /** Height of the element that scrolls. */
  readonly elementHeight: number;
  /** Content position shown at the top for a scroll position. */
  toContent(scrollTop: number): number;
  toScroll(contentTop: number): number;
}

export function scrollScale(contentHeight: number, viewHeight: number, maximum: number): ScrollScale {
  const elementHeight = Math.min(contentHeight, maximum);
  const room = Math.max(0, elementHeight - viewHeight);
  const contentRoom = Math.max(0, contentHeight - viewHeight);
  const ratio = room === 0 ? 1 : contentRoom / room;
  return {
    elementHeight,
    toContent: (scrollTop) => Math.min(contentRoom, Math.max(0, scrollTop * ratio)),
    toScroll: (contentTop) => Math.min(room, Math.max(0, contentTop / ratio)),
  };
}

/** What this browser allows, found once by asking for too much. */
export function greatestElementHeight(document: Document): number {
  const probe = document.createElement('div');
  probe.style.cssText = 'position:absolute;visibility:hidden;width:1px;height:100000000px';
  document.body.append(probe);
  const height = probe.getBoundingClientRect().height;
  probe.remove();
  return Math.max(1_000_000, Math.floor(height) - 1_000_000);
}
