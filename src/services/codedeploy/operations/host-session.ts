import type { Reader } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Principal } from '../../../wire/operation.ts';
import { findInstance, type InstanceRow } from '../store/instances.ts';

/** Refuses agents of deregistered hosts (401), of other identities (403) and of sessions that are over. */
export async function needSession(
  reader: Reader,
  scope: Scope,
  name: string,
  epoch: number,
  principal: Principal,
): Promise<void> {
  const row = await findInstance(reader, scope, name);
  if (!row || row.deregistered_at !== null) throw notRegistered(name);
  if (!ownsHost(row, principal)) {
    const message = `The host ${name} is registered for another identity than ${principal.arn}.`;
    throw new ApiError('AccessDeniedException', message, { status: 403 });
  }
  if (row.epoch !== epoch) {
    const message = `Another agent has registered as ${name} since; this session is over.`;
    throw new ApiError('StaleHostSessionException', message, { status: 409 });
  }
}

export function notRegistered(name: string): ApiError {
  const message = `The host ${name} is not registered (any more).`;
  return new ApiError('HostNotRegisteredException', message, { status: 401 });
}

/** The identity a host was registered for is the only one that may act as it (D1.3). */
export function ownsHost(
  row: Pick<InstanceRow, 'iam_user_arn' | 'iam_session_arn'>,
  principal: Principal,
): boolean {
  return principal.arn === (row.iam_session_arn ?? row.iam_user_arn);
}

export function ownerColumns(principal: Principal): Pick<InstanceRow, 'iam_user_arn' | 'iam_session_arn'> {
  return principal.kind === 'assumed-role' || principal.kind === 'host'
    ? { iam_user_arn: null, iam_session_arn: principal.arn }
    : { iam_user_arn: principal.arn, iam_session_arn: null };
}
