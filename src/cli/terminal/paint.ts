const CODES = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, dim: 2, bold: 1 } as const;

export type Colour = keyof typeof CODES;

/** Colours where a person looks: on a terminal, unless NO_COLOR says otherwise. */
export function paint(colour: Colour, text: string): string {
  const wanted = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  return wanted ? `\u001B[${CODES[colour]}m${text}\u001B[0m` : text;
}

/** A status in AWS's spelling, in its colour. */
export function paintStatus(status: string): string {
  if (/^(succeeded|success|approved|ready)$/i.test(status)) return paint('green', status);
  if (/^(failed|fault|timed_out|rejected|error)$/i.test(status)) return paint('red', status);
  if (/^(inprogress|in_progress|created|queued|pending)$/i.test(status)) return paint('blue', status);
  return paint('yellow', status);
}
