import { type RefObject, useLayoutEffect, useState } from 'react';

/** Sizes that the layout of lines needs, in pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly character: number;
}

const PROBE = 100;

/** Measures the box and its fixed-width font, again whenever the box changes. */
export function useViewport(box: RefObject<HTMLElement | null>): Viewport {
  const [viewport, setViewport] = useState<Viewport>({ width: 0, height: 0, character: 8 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const probe = document.createElement('span');
      probe.className = 'pw-log-measure';
      probe.textContent = '0'.repeat(PROBE);
      element.append(probe);
      const character = probe.getBoundingClientRect().width / PROBE || 8;
      probe.remove();
      setViewport({ width: element.clientWidth, height: element.clientHeight, character });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [box]);
  return viewport;
}
