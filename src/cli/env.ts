import { type Connection, findConnection } from './client/connection.ts';
import { quoteForShell } from './terminal/quote.ts';

interface Options {
  readonly data?: string;
  readonly json?: boolean;
  readonly shell: 'posix' | 'fish';
}

/**
 * For the aws CLI and the SDKs. The `aws` function is for CLIs that ignore `AWS_ENDPOINT_URL` (Debian's 2.9): an
 * endpoint that is named by hand still wins. Scripts in bash inherit it.
 */
export async function env(options: Options): Promise<number> {
  const variables = variablesOf(findConnection(options));
  if (options.json) process.stdout.write(`${JSON.stringify(variables, undefined, 2)}\n`);
  else if (options.shell === 'fish') process.stdout.write(forFish(variables));
  else process.stdout.write(forPosix(variables));
  return 0;
}

/** `AWS_S3_…` is not among them: with an IP address as endpoint every client takes path style by itself. */
export function variablesOf({ endpoint, region, credentials }: Connection): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function forPosix(variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(
    ([name, value]) => `export ${name}=${quoteForShell(value)}\n`,
  );
  return `${exports.join('')}unset AWS_SESSION_TOKEN AWS_PROFILE
aws() {
  case " $* " in
    *" --endpoint-url"*) command aws "$@" ;;
    *) command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@" ;;
  esac
}
if [ -n "\${BASH_VERSION-}" ]; then export -f aws; fi
`;
}

function forFish(variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(
    ([name, value]) => `set -gx ${name} ${quoteForShell(value)};\n`,
  );
  return `${exports.join('')}set -e AWS_SESSION_TOKEN; set -e AWS_PROFILE;
function aws; command aws --endpoint-url $AWS_ENDPOINT_URL $argv; end;
`;
}
