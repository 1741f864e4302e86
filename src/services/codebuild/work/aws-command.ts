import { constants } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { quote, shellText } from '../script/shell-text.ts';

/**
 * aws CLIs before 2.13 and 1.29 (Debian's, for one) do not heed `AWS_ENDPOINT_URL`: `aws s3 cp` in a buildspec would
 * carry the build's keys and files to AWS. Where the machine has an `aws`, builds find one in `folder` first that
 * names the server to it. An endpoint that the command or the build names for itself wins, and a build that takes
 * `AWS_ENDPOINT_URL` away speaks to AWS. Resolves to the `PATH` of builds.
 */
export async function addAwsCommand(folder: string, path: string): Promise<string> {
  const aws = await findProgram('aws', path);
  if (aws === undefined) return path;
  await mkdir(folder);
  await writeFile(join(folder, 'aws'), `${HEAD}aws=${quote(aws)}\n${REST}`, { mode: 0o755 });
  return `${folder}${delimiter}${path}`;
}

const HEAD = shellText`
#!/bin/sh
# The aws CLI of this machine, told which server to speak to.
`;

const REST = shellText`
named='
'$(export -p)
case $named in
  *"
export AWS_ENDPOINT_URL_"* | *"
export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="*) exec "$aws" "$@" ;;
esac
case " $* " in
  *' --endpoint-url'*) exec "$aws" "$@" ;;
esac
[ -n "@{AWS_ENDPOINT_URL-}" ] || exec "$aws" "$@"
exec "$aws" --endpoint-url "$AWS_ENDPOINT_URL" "$@"
`;

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
