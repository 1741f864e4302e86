import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings, lazily } from './client-settings.ts';

const client = lazily(() => new S3Client({ ...clientSettings(), forcePathStyle: true }));

/** Reads an artifact as a file to save. */
export async function readArtifact(bucket: string, key: string): Promise<Blob> {
  const answer = await client().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = await answer.Body?.transformToByteArray();
  return new Blob([new Uint8Array(bytes ?? [])], { type: 'application/octet-stream' });
}
