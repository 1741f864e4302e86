const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A deployment's id, `d-` and nine characters, made from hexadecimal digits that are random or a digest. */
export function deploymentIdFrom(hex: string): string {
  let rest = BigInt(`0x${hex.replaceAll('-', '').slice(0, 24)}`);
  let id = '';
  for (let n = 0; n < 9; n++) {
    id += ALPHABET[Number(rest % 36n)];
    rest /= 36n;
  }
  return `d-${id}`;
}

/** A target aggregate's id, which is also the id of the command for its host. */
export function targetIdOf(deploymentId: string, host: string): string {
  return `${deploymentId}/${host}`;
}

/** Key of the task that looks after a target's agent. */
export function watchKey(targetId: string): string {
  return `codedeploy.watch:${targetId}`;
}

export function applicationArn(region: string, account: string, application: string): string {
  return `arn:aws:codedeploy:${region}:${account}:application:${application}`;
}

export function groupArn(region: string, account: string, application: string, group: string): string {
  return `arn:aws:codedeploy:${region}:${account}:deploymentgroup:${application}/${group}`;
}

/** Who the agent of a host is that joined by a token: a session of no role that anybody could take on. */
export function hostIdentityArn(account: string, name: string): string {
  return `arn:aws:sts::${account}:assumed-role/pipewright:host/${name}`;
}

/** `unique` keeps the ARN of a deregistered instance from coming back. */
export function instanceArn(region: string, account: string, name: string, unique: string): string {
  return `arn:aws:codedeploy:${region}:${account}:instance/${name}_${unique}`;
}
