/** The columns of a line that are drawn. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** Lines up to this width are drawn whole: cheap for the browser, and the text can be selected. */
export const WHOLE_COLUMNS = 4_000;
const STEP = 1_000;

/**
 * Which columns of a very long line to draw when `from` to `to` are in sight. In steps, so that scrolling does not draw
 * the line again at every pixel.
 */
export function partInSight(columns: number, from: number, to: number): Part | undefined {
  if (columns <= WHOLE_COLUMNS) return undefined;
  const low = Math.max(0, (Math.floor(from / STEP) - 1) * STEP);
  const high = Math.min(columns, (Math.ceil(to / STEP) + 1) * STEP);
  return { from: Math.min(low, columns), to: Math.max(high, 0) };
}

/** The same for a wrapped line: whole rows, so that each stands where it belongs. */
export function rowsInSight(
  columns: number,
  width: number,
  fromRow: number,
  toRow: number,
): Part | undefined {
  if (columns <= WHOLE_COLUMNS) return undefined;
  const rows = Math.ceil(STEP / width);
  const low = Math.max(0, (Math.floor(fromRow / rows) - 1) * rows);
  const high = Math.max(0, (Math.ceil(toRow / rows) + 1) * rows);
  return { from: Math.min(low * width, columns), to: Math.min(high * width, columns) };
}
