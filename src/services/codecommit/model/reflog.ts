/**
 * Who wrote the last line of a reflog: `<old> <new> <name> <email> <time> <zone>\t<message>`. The name is the ARN that
 * every git process of ours is given.
 */
export function lastMover(log: string): string | undefined {
  const line = log.trimEnd().split('\n').at(-1) ?? '';
  return /^[0-9a-f]{40} [0-9a-f]{40} (arn:\S+) </.exec(line)?.[1];
}
