import { ApiError } from '../../../kernel/errors.ts';
import type { S3Room } from '../../s3/index.ts';
import { ActionFailure } from './provider.ts';

type Put = Parameters<S3Room['putObject']>;

/** Puts what an action makes; a refusal names the bucket, for an action has to do with several. */
export async function storeObject(
  s3: S3Room,
  account: Put[0],
  { bucket, key }: Put[1],
  body: Put[2],
  options?: Put[3],
): Promise<void> {
  try {
    await s3.putObject(account, { bucket, key }, body, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    throw new ActionFailure(
      error.code === 'AccessDenied' ? 'PermissionError' : 'ConfigurationError',
      `${error.code}: the object ${key} cannot be written to the bucket ${bucket}: ${error.message}`,
    );
  }
}
