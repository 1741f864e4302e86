/** An operation's input after the wire has checked it: what the model requires is there. */
export type Checked<T> = {
  [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] : NonNullable<T[K]>;
};
