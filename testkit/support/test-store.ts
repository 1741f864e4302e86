import { execFile } from 'node:child_process';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import { createIamRoom, type IamRoom } from '../../src/services/iam/index.ts';
import { createS3Room, type S3Room } from '../../src/services/s3/index.ts';
import { createStsRoom } from '../../src/services/sts/index.ts';
import type { DatabasePlace } from '../contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_REGION } from './test-context.ts';
import { openTestDoor } from './test-door.ts';
import { openTestKernel, type TestKernel } from './test-kernel.ts';

/** Debian's, named by its path: a machine may have another one first on its PATH. */
const AWS = '/usr/bin/aws';

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly maxAttempts: number;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestStore {
  readonly kernel: TestKernel;
  readonly iam: IamRoom;
  readonly s3: S3Room;
  readonly endpoint: string;
  /** Signs as the root of the test account. */
  readonly client: ClientConfig;
  /** Everything that was put on the bus, in order. */
  readonly events: readonly OutboxEvent[];
  /** Settings for the root of any account. */
  rootOf(account: string): Promise<ClientConfig>;
  /** Runs the aws CLI as the root of the test account. */
  aws(args: readonly string[], options?: { readonly cwd?: string }): Promise<CliRun>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The rooms of identity and objects behind a real door. */
export async function openTestStore(place?: DatabasePlace): Promise<TestStore> {
  const kernel = place ? await place.openKernel() : await openTestKernel();
  let endpoint = '';
  const atDoor = { ...kernel, endpoint: () => endpoint };
  const iam = createIamRoom(atDoor);
  const s3 = createS3Room(atDoor, { iam });
  const events: OutboxEvent[] = [];
  kernel.outbox.subscribe(async (_tx, event) => {
    events.push(event);
  });
  const rooms = [iam, createStsRoom(atDoor, { iam }), s3];
  const door = await openTestDoor(kernel, rooms, { kernel: atDoor, credentials: iam.credentials });
  endpoint = door.endpoint;
  const rootOf = async (account: string): Promise<ClientConfig> => ({
    endpoint,
    region: TEST_REGION,
    maxAttempts: 1,
    credentials: await iam.ensureAccount(account),
  });
  const client = await rootOf(TEST_ACCOUNT);
  return {
    kernel,
    iam,
    s3,
    endpoint,
    client,
    events,
    rootOf,
    aws(args, { cwd = '/' } = {}) {
      const env = {
        PATH: process.env['PATH'] ?? '',
        HOME: '/nonexistent',
        AWS_ACCESS_KEY_ID: client.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: client.credentials.secretAccessKey,
        AWS_DEFAULT_REGION: TEST_REGION,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
      };
      return new Promise((resolve) => {
        execFile(AWS, ['--endpoint-url', endpoint, ...args], { env, cwd }, (error, out, err) => {
          resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
        });
      });
    },
    async [Symbol.asyncDispose]() {
      await door.close();
      await kernel[Symbol.asyncDispose]();
    },
  };
}
