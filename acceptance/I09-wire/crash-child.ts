/**
 * One life of a server that is asked one thing: `crash-child.ts <what> <data folder> [<database url>]`. The failpoints
 * come from the environment and count only for what is asked.
 */
import { CodeCommitClient, CreateRepositoryCommand, PutFileCommand } from '@aws-sdk/client-codecommit';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { loadConfig } from '../../src/kernel/config/load.ts';
import { startServer } from '../../src/server/server.ts';

const [what = '', dataDir, databaseUrl] = process.argv.slice(2);
const config = loadConfig({ flags: { dataDir, databaseUrl, port: 0, sandbox: 'process' }, env: {} });
const server = await startServer(config, { env: process.env });
const client = {
  endpoint: server.endpoint,
  region: config.region,
  credentials: server.credentials,
  maxAttempts: 1,
};
const repositories = new CodeCommitClient(client);
if (what === 'bucket') {
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'asked-for' }));
} else if (what === 'repository') {
  await repositories.send(new CreateRepositoryCommand({ repositoryName: 'asked-for' }));
} else {
  const fileContent = Buffer.from('text');
  const file = { repositoryName: 'asked-for', branchName: 'main', filePath: 'a.txt', fileContent };
  await repositories.send(new PutFileCommand(file));
}
await server.close();
process.stdout.write('done');
