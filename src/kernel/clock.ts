/**
 * Two times, never mixed. *Wall* time is always real: signatures, sessions, TLS, lease heartbeats.
 * *Domain* time is what users see and wait for: approvals, timers, windows, history. A test clock moves
 * domain time only.
 */
export interface Clock {
  /** Real milliseconds since the epoch. */
  wall(): number;
  /** Domain milliseconds since the epoch. */
  now(): number;
  /**
   * Calls `wake` once when domain time reaches `due` (at once, asynchronously, when it already has).
   * Returns a function that cancels; cancelling twice is allowed.
   */
  wakeAt(due: number, wake: () => void): () => void;
}
