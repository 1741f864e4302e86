import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Figure, figure, type Measure, timed } from '../support/result.ts';
import { clientConfig, withServer } from '../support/server.ts';

const MEGABYTES = 256;
const CHUNK = Buffer.alloc(1024 * 1024, 'pipewright ');

/** Put and get of 256 MB over presigned links (so that the client digests nothing), beside a bare file server. */
export const objects: Measure = {
  name: 'objects',
  async run() {
    return await withServer(async (server, dir) => {
      const s3 = new S3Client({ ...clientConfig(server), forcePathStyle: true });
      await s3.send(new CreateBucketCommand({ Bucket: 'bench' }));
      const address = { Bucket: 'bench', Key: 'big' };
      const putUrl = await getSignedUrl(s3, new PutObjectCommand(address), { expiresIn: 600 });
      const getUrl = await getSignedUrl(s3, new GetObjectCommand(address), { expiresIn: 600 });
      await put(putUrl);
      const before = process.memoryUsage().rss;
      const ours = { put: rate(await timed(() => put(putUrl))), get: rate(await timed(() => get(getUrl))) };
      const grown = (process.memoryUsage().rss - before) / 1e6;
      const digested = await bare(join(dir, 'bare'), true);
      const plain = await bare(join(dir, 'plain'), false);
      const figures: Figure[] = [
        figure('S3 put 256 MB', ours.put, 'MB/s', digested.put, 'ratio ≥ 0.6'),
        figure('S3 get 256 MB', ours.get, 'MB/s', digested.get, 'ratio ≥ 0.6'),
        figure('S3 put 256 MB beside a server without digests', ours.put, 'MB/s', plain.put),
        figure('memory grown by put and get', grown, 'MB', MEGABYTES, 'flat'),
      ];
      return figures;
    });
  },
};

function rate(ms: number): number {
  return MEGABYTES / (ms / 1000);
}

function put(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'PUT', headers: { 'content-length': MEGABYTES * CHUNK.length } },
      (answer) => {
        answer
          .resume()
          .once('end', () =>
            answer.statusCode === 200 ? resolve() : reject(new Error(`put answered ${answer.statusCode}`)),
          );
      },
    );
    sent.once('error', reject);
    Readable.from(chunks()).pipe(sent);
  });
}

function get(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.once('end', () =>
        bytes === MEGABYTES * CHUNK.length ? resolve() : reject(new Error(`get answered ${bytes} bytes`)),
      );
    })
      .once('error', reject)
      .end();
  });
}

function* chunks(): Generator<Buffer> {
  for (let n = 0; n < MEGABYTES; n++) yield CHUNK;
}

/** A bare Node file server: digests (as S3 must), writes, fsyncs and renames. */
async function bare(path: string, digests: boolean): Promise<{ put: number; get: number }> {
  const server = createServer(async (incoming, response) => {
    if (incoming.method === 'GET') return createReadStream(path).pipe(response);
    const hashes = digests ? [createHash('sha256'), createHash('md5')] : [];
    const file = await open(`${path}.new`, 'w');
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      for (const hash of hashes) hash.update(chunk);
      await file.write(chunk);
    }
    await file.sync();
    await file.close();
    await rename(`${path}.new`, path);
    return response.end(hashes.map((hash) => hash.digest('hex')).join(' '));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await put(url);
  const rates = { put: rate(await timed(() => put(url))), get: rate(await timed(() => get(url))) };
  await new Promise((resolve) => server.close(resolve));
  return rates;
}
