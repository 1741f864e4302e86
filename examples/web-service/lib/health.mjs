/** What the service says of itself. */
export function health() {
  return { status: 'ok' };
}
