import { Transform } from 'node:stream';
import { ArchiveError } from './entry.ts';

/** What an archive may cost whoever reads it. */
export interface ArchiveLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Bytes unpacked for each byte of the archive, once more than `RATIO_FLOOR` have come. */
  readonly maxRatio: number;
}

const DEFAULT_LIMITS: ArchiveLimits = { maxBytes: 8 * 2 ** 30, maxEntries: 200_000, maxRatio: 250 };
const RATIO_FLOOR = 64 * 2 ** 20;

/** Counts what comes out of one archive, whatever it announces of itself. */
export interface ArchiveBounds {
  /** Counts a member. Throws when there are too many. */
  member(): void;
  /** Passes bytes on until there are too many; all meters of an archive count together. */
  meter(): Transform;
  /** Why a meter stopped: what read from it may have seen no more than an early end. */
  exceeded(): ArchiveError | undefined;
}

/** Bounds for an archive of `packed` bytes. */
export function createBounds(packed: number, limits: Partial<ArchiveLimits>): ArchiveBounds {
  const { maxBytes, maxEntries, maxRatio } = { ...DEFAULT_LIMITS, ...limits };
  let members = 0;
  let bytes = 0;
  let exceeded: ArchiveError | undefined;
  const tooMuch = (): string | undefined => {
    if (bytes > maxBytes) return `unpacks to more than ${maxBytes} bytes`;
    if (bytes > RATIO_FLOOR && bytes > packed * maxRatio)
      return `unpacks to more than ${maxRatio} times its size`;
    return undefined;
  };
  return {
    member() {
      if (++members > maxEntries) throw new ArchiveError(`more than ${maxEntries} members`);
    },
    meter: () =>
      new Transform({
        transform(chunk: Buffer, _, done) {
          bytes += chunk.length;
          const why = tooMuch();
          if (why === undefined) return done(null, chunk);
          exceeded = new ArchiveError(why);
          done(exceeded);
        },
      }),
    exceeded: () => exceeded,
  };
}
