import { Transform } from 'node:stream';
import { SignatureError } from '../signature-error.ts';
import { type ChunkSeed, createChunkChain } from './chunk-signer.ts';
import { parseChunkHead, parseTrailers } from './frames.ts';

export interface ChunkedOptions {
  /** Present when each chunk is signed. */
  readonly seed: ChunkSeed | undefined;
  /** Names that `x-amz-trailer` announced, lower-case; undefined when the form has no trailers. */
  readonly trailers: readonly string[] | undefined;
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength: number | undefined;
}

export interface ChunkedDecoder {
  readonly stream: Transform;
  /** What came behind the last chunk, by name. Complete once the stream has ended. */
  readonly trailers: ReadonlyMap<string, string>;
}

const MAX_LINE = 4096;
const MAX_TRAILERS = 16 * 1024;

/**
 * Takes an `aws-chunked` body apart: verifies frames, chunk signatures, trailer signature and length. Bytes go through
 * as they come; the stream errors (`SignatureError`) before its end when anything is wrong.
 */
export function createChunkedDecoder(options: ChunkedOptions): ChunkedDecoder {
  const chain = options.seed === undefined ? undefined : createChunkChain(options.seed);
  const trailers = new Map<string, string>();
  let state: 'head' | 'data' | 'data-end' | 'after' = 'head';
  let line = '';
  let left = 0;
  let signature: string | undefined;
  let total = 0;
  let after = '';

  const head = () => {
    const parsed = parseChunkHead(line);
    line = '';
    left = parsed.size;
    signature = parsed.signature;
    if (left > 0) {
      state = 'data';
      return;
    }
    chain?.endChunk(signature);
    state = 'after';
  };

  /** Takes one line's bytes up to CRLF; answers how many were used. */
  const takeLine = (piece: Buffer, from: number, complete: () => void): number => {
    const end = piece.indexOf(10, from);
    line += piece.toString('latin1', from, end < 0 ? piece.length : end);
    if (line.length > MAX_LINE) throw broken('A line of the aws-chunked body is too long.');
    if (end < 0) return piece.length;
    if (!line.endsWith('\r')) throw broken('A line of the aws-chunked body does not end in CRLF.');
    line = line.slice(0, -1);
    complete();
    return end + 1;
  };

  const takeData = (piece: Buffer, from: number): number => {
    const end = Math.min(piece.length, from + left);
    const data = piece.subarray(from, end);
    chain?.update(data);
    stream.push(data);
    total += data.length;
    left -= data.length;
    if (options.decodedLength !== undefined && total > options.decodedLength) throw incomplete();
    if (left === 0) {
      chain?.endChunk(signature);
      state = 'data-end';
    }
    return end;
  };

  const take = (piece: Buffer, from: number): number => {
    switch (state) {
      case 'head':
        return takeLine(piece, from, head);
      case 'data':
        return takeData(piece, from);
      case 'data-end':
        return takeLine(piece, from, () => {
          if (line !== '') throw broken('A chunk of the aws-chunked body is longer than its size line says.');
          state = 'head';
        });
      case 'after':
        after += piece.toString('latin1', from);
        if (after.length > MAX_TRAILERS) throw broken('The trailers of the aws-chunked body are too long.');
        return piece.length;
    }
  };

  const finish = () => {
    if (state !== 'after') throw incomplete();
    if (options.decodedLength !== undefined && total !== options.decodedLength) throw incomplete();
    readTrailers(after, options, trailers, chain);
  };

  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        for (let at = 0; at < piece.length; ) at = take(piece, at);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        finish();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return { stream, trailers };
}

function readTrailers(
  text: string,
  options: ChunkedOptions,
  trailers: Map<string, string>,
  chain: ReturnType<typeof createChunkChain> | undefined,
): void {
  let canonical = '';
  let signature: string | undefined;
  for (const [name, value] of parseTrailers(text)) {
    if (name === 'x-amz-trailer-signature') {
      signature = value;
      continue;
    }
    if (trailers.has(name) || !options.trailers?.includes(name)) throw badTrailer();
    trailers.set(name, value);
    canonical += `${name}:${value}\n`;
  }
  if (options.trailers?.some((name) => !trailers.has(name))) throw badTrailer();
  if (options.trailers !== undefined && chain !== undefined) chain.endTrailers(canonical, signature);
}

function broken(message: string): SignatureError {
  return new SignatureError('malformed-chunk', message);
}

function incomplete(): SignatureError {
  return new SignatureError(
    'incomplete-body',
    'You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header',
  );
}

function badTrailer(): SignatureError {
  return new SignatureError(
    'malformed-trailer',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
