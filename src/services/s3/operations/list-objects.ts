import type {
  _Object as ListedObject,
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation, type RequestContext } from '../../../wire/operation.ts';
import type { StoredChecksum } from '../checksums.ts';
import { s3Errors } from '../errors.ts';
import { readPageToken, writePageToken } from '../model/page-token.ts';
import { encodeListed } from '../model/url-encoding.ts';
import { ownBucket } from '../store/buckets.ts';
import { fetchCurrent, type Place, type Rollup } from '../store/listing.ts';
import type { ObjectRow } from '../tables.ts';
import { behindKey, behindPrefix, pageFrom } from './markers.ts';
import { canonicalUser, quoted } from './shared.ts';

type Out<T> = Omit<T, '$metadata'>;
type Start = Place<Pick<ObjectRow, 'key'>>;

const MAX_KEYS = 1000;

/** The names of a listing as the client wants them. */
export function encoder(encodingType: string | undefined): <T extends string | undefined>(text: T) => T {
  return (text) => (encodingType === 'url' && text !== undefined ? encodeListed(text) : text) as typeof text;
}

/** How many entries a page may have; more than 1000 is no error. */
export function pageSize(asked: number | undefined): number {
  const size = asked ?? MAX_KEYS;
  if (size < 0)
    throw s3Errors.invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  return Math.min(size, MAX_KEYS);
}

export function listObjectsV2(kernel: Kernel) {
  return operation<ListObjectsV2CommandInput, Out<ListObjectsV2CommandOutput>>({
    iamAction: 's3:ListBucket',
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}`],
    async handler(input, context) {
      const maxKeys = pageSize(input.MaxKeys);
      const page = await list(kernel, context, input, startOf(input), maxKeys);
      const encode = encoder(input.EncodingType);
      const owner = input.FetchOwner ? canonicalUser(context.scope.account) : undefined;
      return {
        Name: input.Bucket,
        Prefix: encode(input.Prefix ?? ''),
        Delimiter: encode(input.Delimiter),
        StartAfter: encode(input.StartAfter),
        EncodingType: input.EncodingType,
        MaxKeys: maxKeys,
        KeyCount: page.rows.length + page.prefixes.length,
        IsTruncated: page.next !== undefined,
        ContinuationToken: input.ContinuationToken,
        NextContinuationToken: page.next && writePageToken(placeOf(page.next)),
        Contents: page.rows.map((row) => ({ ...listed(row, encode), Owner: owner })),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  });
}

export function listObjects(kernel: Kernel) {
  return operation<ListObjectsCommandInput, Out<ListObjectsCommandOutput>>({
    iamAction: 's3:ListBucket',
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}`],
    async handler(input, context) {
      const maxKeys = pageSize(input.MaxKeys);
      const page = await list(
        kernel,
        context,
        input,
        behindKey(input.Marker ?? '', input, { key: input.Marker ?? '' }),
        maxKeys,
      );
      const encode = encoder(input.EncodingType);
      const next = page.next?.kind === 'row' ? page.next.row.key : page.next?.prefix;
      return {
        Name: input.Bucket,
        Prefix: encode(input.Prefix ?? ''),
        Delimiter: encode(input.Delimiter),
        Marker: encode(input.Marker ?? ''),
        EncodingType: input.EncodingType,
        MaxKeys: maxKeys,
        IsTruncated: page.next !== undefined,
        // Without a delimiter clients go on from the last key.
        NextMarker: input.Delimiter ? encode(next) : undefined,
        Contents: page.rows.map((row) => ({ ...listed(row, encode), Owner: canonicalUser(row.account) })),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  });
}

async function list(
  kernel: Kernel,
  { scope }: RequestContext,
  input: ListObjectsCommandInput | ListObjectsV2CommandInput,
  start: Start | undefined,
  limit: number,
): Promise<Rollup<ObjectRow>> {
  const { read } = kernel.database;
  const bucket = await ownBucket(read, scope.account, input.Bucket as string, input.ExpectedBucketOwner);
  const prefix = input.Prefix ?? '';
  const delimiter = input.Delimiter || undefined;
  const fetch = fetchCurrent(read, bucket, prefix);
  return pageFrom(start as Place<ObjectRow> | undefined, { prefix, delimiter, limit, fetch });
}

/** Undefined when nothing can follow. */
function startOf(input: ListObjectsV2CommandInput): Start | undefined {
  if (input.ContinuationToken === undefined) return { kind: 'after', row: { key: input.StartAfter ?? '' } };
  const place = readPageToken(input.ContinuationToken, ['kind', 'key']);
  if (place?.kind === 'row') return { kind: 'after', row: { key: place.key } };
  if (place?.kind !== 'prefix')
    throw s3Errors.invalidArgument('The continuation token provided is incorrect');
  return behindPrefix(place.key);
}

function placeOf(next: NonNullable<Rollup<ObjectRow>['next']>): {
  readonly kind: string;
  readonly key: string;
} {
  return next.kind === 'row' ? { kind: 'row', key: next.row.key } : { kind: 'prefix', key: next.prefix };
}

function listed(row: ObjectRow, encode: (text: string) => string): ListedObject {
  const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
  return {
    Key: encode(row.key),
    LastModified: new Date(row.modified_at),
    ETag: quoted(row.etag),
    Size: row.size,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: checksum && [checksum.algorithm],
    ChecksumType: checksum?.type,
  };
}
