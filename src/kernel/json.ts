/** Plain data that survives `JSON.stringify` unchanged. Shapes of rooms are interfaces, so this stays structural. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Data with a kind: the shape of every input, event and task payload. */
export interface Kinded {
  readonly kind: string;
}
