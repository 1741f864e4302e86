import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';

/** From the first start to the last end, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What goes on still lasts until now. */
export function actionSpan(action: ActionExecutionDetail, now: number): Span {
  const from = action.startTime?.getTime() ?? now;
  const to = action.status === 'InProgress' ? now : (action.lastUpdateTime?.getTime() ?? from);
  return { from, to: Math.max(from, to) };
}

export function spanOf(actions: readonly ActionExecutionDetail[], now: number): Span {
  const spans = actions.map((action) => actionSpan(action, now));
  return {
    from: Math.min(...spans.map((span) => span.from)),
    to: Math.max(...spans.map((span) => span.to)),
  };
}

/** Where a span lies in the whole, in percent. */
export function placeIn(whole: Span, part: Span): { readonly start: number; readonly length: number } {
  const room = Math.max(1, whole.to - whole.from);
  return {
    start: (100 * (part.from - whole.from)) / room,
    length: (100 * (part.to - part.from)) / room,
  };
}
