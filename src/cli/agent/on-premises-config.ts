import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface OnPremisesConfig {
  readonly name: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** `codedeploy.onpremises.yml` as the aws CLI writes it: an IAM user of its own for each host, named like the host. */
export function readOnPremisesConfig(file: string): OnPremisesConfig {
  const content: unknown = parse(readFileSync(file, 'utf8'));
  const values = (typeof content === 'object' && content !== null ? content : {}) as Record<string, unknown>;
  const missing = ['region', 'iam_user_arn', 'aws_access_key_id', 'aws_secret_access_key'].filter(
    (key) => typeof values[key] !== 'string',
  );
  if (missing.length > 0)
    throw new Error(`${file} has no ${missing.join(', no ')}; aws deploy register writes them`);
  const text = (key: string) => values[key] as string;
  return {
    name: text('iam_user_arn').split('/').at(-1) as string,
    region: text('region'),
    credentials: { accessKeyId: text('aws_access_key_id'), secretAccessKey: text('aws_secret_access_key') },
  };
}
