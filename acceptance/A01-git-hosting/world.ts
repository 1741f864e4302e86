import { execFile } from 'node:child_process';
import {
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  IAMClient,
  type ServiceSpecificCredential,
} from '@aws-sdk/client-iam';
import { gitUser } from '../../testkit/support/git-server.ts';
import {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../testkit/support/test-server.ts';

/** Debian's, named by its path: a machine may have another one first on its PATH. */
export const AWS = '/usr/bin/aws';

/** A running server and somebody with git and the aws CLI. */
export async function openWorld(options: TestServerOptions = {}) {
  const server: TestServer = await startTestServer(options);
  const user = gitUser();
  const env = { ...server.env, HOME: user.home };
  let credential: ReturnType<typeof gitCredential> | undefined;
  return {
    server,
    user,
    /** As the API gives it, without credentials. */
    url: (repository: string) => `${server.endpoint}/v1/repos/${repository}`,
    /** With the static credentials of a user, made when first asked for. */
    async staticUrl(repository: string): Promise<string> {
      credential ??= gitCredential(server);
      const { ServiceUserName = '', ServicePassword = '' } = await credential;
      const url = new URL(`${server.endpoint}/v1/repos/${repository}`);
      url.username = ServiceUserName;
      url.password = encodeURIComponent(ServicePassword);
      return url.href;
    },
    /** The aws CLI; its JSON. Rejects with its words when it fails. */
    aws(args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<unknown> {
      return new Promise((resolve, reject) => {
        const argv = ['--endpoint-url', server.endpoint, '--output', 'json', ...args];
        execFile(AWS, argv, { env: { ...env, ...extra } }, (error, out, err) => {
          if (error) reject(new Error(err.trim()));
          else resolve(out === '' ? {} : JSON.parse(out));
        });
      });
    },
    /** git that asks the aws CLI's credential helper. */
    git(cwd: string, args: readonly string[], extra: Readonly<Record<string, string>> = {}) {
      const helper = `!${AWS} codecommit credential-helper --ignore-host-check $@`;
      const config = ['-c', `credential.helper=${helper}`, '-c', 'credential.UseHttpPath=true'];
      return user.git(cwd, [...config, ...args], { ...env, ...extra });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}

/** A user of its own with a git password. */
export async function gitCredential(
  server: Pick<TestServer, 'clientConfig'>,
  UserName = 'pusher',
): Promise<Partial<ServiceSpecificCredential>> {
  const iam = new IAMClient(server.clientConfig);
  await iam.send(new CreateUserCommand({ UserName }));
  const made = await iam.send(
    new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: 'codecommit.amazonaws.com' }),
  );
  return made.ServiceSpecificCredential ?? {};
}

export type World = Awaited<ReturnType<typeof openWorld>>;
