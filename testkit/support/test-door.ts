import { createHttpServer } from '../../src/kernel/http/http-server.ts';
import { createDoor, type DoorOptions, refusalsWithIds, wireMigrations } from '../../src/wire/door/index.ts';
import type {
  CredentialStore,
  Principal,
  ServiceOperations,
  SigningCredential,
} from '../../src/wire/operation.ts';
import type { ServiceRoom } from '../../src/wire/room.ts';
import { TEST_ACCOUNT, TEST_REGION } from './test-context.ts';
import { startTestKernel, type TestKernel } from './test-kernel.ts';

export const TEST_KEYS = {
  accessKeyId: 'AKIATESTTESTTESTTEST',
  secretAccessKey: 'test/secret+for/the+root/user/0123456789',
};

export const TEST_ROOT: Principal = {
  account: TEST_ACCOUNT,
  arn: `arn:aws:iam::${TEST_ACCOUNT}:root`,
  userId: TEST_ACCOUNT,
  accessKeyId: TEST_KEYS.accessKeyId,
  kind: 'root',
};

export interface TestDoor {
  readonly port: number;
  readonly endpoint: string;
  /** Settings for any SDK client; it tries once. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: typeof TEST_KEYS;
    readonly maxAttempts: number;
  };
  /** Cuts every line and listens again at the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A store that knows the root key of the test account, and others when told. */
export function testCredentials(others: ReadonlyMap<string, SigningCredential> = new Map()): CredentialStore {
  return {
    find: async (accessKeyId, sessionToken) => {
      if (sessionToken !== undefined) return undefined;
      if (accessKeyId !== TEST_KEYS.accessKeyId) return others.get(accessKeyId);
      return { secretAccessKey: TEST_KEYS.secretAccessKey, principal: TEST_ROOT };
    },
  };
}

/** A room of nothing but operations. */
export function bareRoom(operations: Readonly<Record<string, ServiceOperations>>): ServiceRoom {
  return { name: 'bare', migrations: [], aggregates: [], tasks: [], operations };
}

/** Installs and starts the rooms and opens a door to them on a free loopback port. */
export async function openTestDoor(
  kernel: TestKernel,
  rooms: readonly ServiceRoom[],
  options: Partial<DoorOptions> = {},
): Promise<TestDoor> {
  await startTestKernel(kernel, [{ ...bareRoom({}), name: 'wire', migrations: wireMigrations }, ...rooms]);
  return openSecondDoor(kernel, rooms, options);
}

/** Another door to rooms that run already. */
export async function openSecondDoor(
  kernel: TestKernel,
  rooms: readonly ServiceRoom[],
  options: Partial<DoorOptions> = {},
): Promise<TestDoor> {
  const door = createDoor({
    kernel,
    rooms,
    credentials: testCredentials(),
    allowedHosts: [],
    native: [],
    ...options,
  });
  let server = createHttpServer(door, { refused: refusalsWithIds(kernel.logger) });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    port,
    endpoint,
    client: { endpoint, region: TEST_REGION, credentials: TEST_KEYS, maxAttempts: 1 },
    async restart() {
      await server.close({ graceMs: 0 });
      server = createHttpServer(door, { refused: refusalsWithIds(kernel.logger) });
      await server.listen({ host: '127.0.0.1', port });
    },
    close: () => server.close({ graceMs: 1000 }),
  };
}
