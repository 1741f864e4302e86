/**
 * Where a row lives. Regional rows carry both parts; account-global rows (IAM) use the region `-`;
 * partition-global rows (bucket names) use `-` for both.
 */
export interface Scope {
  /** Twelve digits, or `-`. */
  readonly account: string;
  /** For example `us-east-1`, or `-`. */
  readonly region: string;
}

export function accountScope(account: string): Scope {
  return { account, region: '-' };
}

export const PARTITION_SCOPE: Scope = { account: '-', region: '-' };
