import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import {
  AGENT_PROTOCOL_VERSION,
  POLL_SECONDS,
  type PollHostCommandInput,
  type PollHostCommandOutput,
  type RegisterHostInput,
  type RegisterHostOutput,
  type ReportHostCommandInput,
  type ReportHostCommandOutput,
} from '../../../pure/agent-protocol.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { HOST_TOPIC } from '../aggregates.ts';
import { instanceNameOf } from '../model/checks.ts';
import { DEPLOYMENT_KIND } from '../model/deployment/state.ts';
import { instanceArn } from '../model/ids.ts';
import { checkTags, mergeTags } from '../model/tags.ts';
import { checkReports } from '../model/target/reports.ts';
import type { CodeDeployParts } from '../parts.ts';
import { findInstance, putInstance, tagsOf, touchInstance } from '../store/instances.ts';
import { findTarget } from '../store/targets.ts';
import { needSession, notRegistered, ownerColumns, ownsHost } from './host-session.ts';
import { lookForWork } from './host-work.ts';
import { originOf } from './origin.ts';

/** What agents call (`pipewright:RegisterHost`, `PollHostCommand`, `ReportHostCommand`). */
export function hostOperations(parts: CodeDeployParts): ServiceOperations {
  const { kernel } = parts;
  const { database } = kernel;
  return {
    RegisterHost: operation({
      mutates: true,
      resources,
      async handler(input: RegisterHostInput, { scope, principal }): Promise<RegisterHostOutput> {
        const name = instanceNameOf(input.name);
        checkProtocol(input.protocolVersion);
        const brought = checkTags(input.tags ?? [], 'InvalidTagException', 'TagLimitExceededException', 10);
        return database.transaction(async (tx) => {
          const now = kernel.clock.now();
          const before = await findInstance(tx, scope, name);
          const registered = before !== undefined && before.deregistered_at === null;
          if (!registered && principal.kind === 'host') throw notRegistered(name);
          if (registered && !ownsHost(before, principal)) {
            const message = `The host ${name} is registered for another identity than ${principal.arn}.`;
            throw new ApiError('AccessDeniedException', message, { status: 403 });
          }
          const others = registered
            ? tagsOf(before).filter(
                (tag) => !tagsOf({ tags: before.agent_tags }).some((own) => own.key === tag.key),
              )
            : [];
          const row = {
            name,
            arn: registered
              ? before.arn
              : instanceArn(scope.region, scope.account, name, newId().slice(0, 8)),
            ...(registered
              ? { iam_user_arn: before.iam_user_arn, iam_session_arn: before.iam_session_arn }
              : ownerColumns(principal)),
            tags: JSON.stringify(mergeTags(others, brought)),
            agent_tags: JSON.stringify(brought),
            registered_at: registered ? before.registered_at : now,
            deregistered_at: null,
            epoch: (before?.epoch ?? 0) + 1,
            session_at: now,
            last_seen: now,
            protocol: input.protocolVersion,
            root: input.root ?? null,
          };
          await putInstance(tx, scope, row);
          await kernel.tasks.enqueue(tx, scope, {
            kind: 'codedeploy.catch-up',
            key: `codedeploy.catch-up:${name}:${row.epoch}`,
            payload: { host: name },
          });
          // A session before this one, if it still polls, is told at once that it is over.
          kernel.changes.publish(tx, { topic: HOST_TOPIC, id: name, scope, sequence: 0 });
          return { epoch: row.epoch, instanceArn: row.arn, protocolVersion: input.protocolVersion };
        });
      },
    }),
    PollHostCommand: operation({
      mutates: false,
      resources,
      async handler(input: PollHostCommandInput, context): Promise<PollHostCommandOutput> {
        const { scope } = context;
        const seconds = Math.min(Math.max(input.waitSeconds ?? POLL_SECONDS, 0), POLL_SECONDS);
        const over = new AbortController();
        const until = kernel.clock.now() + seconds * 1000;
        const cancel = kernel.clock.wakeAt(until, () => over.abort());
        const signal = AbortSignal.any([context.signal, over.signal]);
        try {
          await needSession(database.read, scope, input.name, input.epoch, context.principal);
          await database.transaction((tx) => touchInstance(tx, scope, input.name, kernel.clock.now()));
          for (;;) {
            const changed = kernel.changes.next(
              (change) =>
                change.topic === HOST_TOPIC &&
                change.id === input.name &&
                change.scope.account === scope.account &&
                change.scope.region === scope.region,
              signal,
            );
            await needSession(database.read, scope, input.name, input.epoch, context.principal);
            const work = await lookForWork(parts, scope, input, originOf(context.request, kernel.endpoint()));
            if (work) return work;
            if (signal.aborted || !(await changed)) return {};
          }
        } finally {
          cancel();
          over.abort();
        }
      },
    }),
    ReportHostCommand: operation({
      mutates: true,
      resources,
      async handler(input: ReportHostCommandInput, context): Promise<ReportHostCommandOutput> {
        const { scope } = context;
        await needSession(database.read, scope, input.name, input.epoch, context.principal);
        const [deploymentId = '', host] = input.commandId.split('/');
        if (host !== input.name) throw unknownCommand(input);
        const reports = checkReports(input.reports);
        return database.transaction(async (tx) => {
          if (!(await findTarget(tx, scope, deploymentId, host))) throw unknownCommand(input);
          await touchInstance(tx, scope, input.name, kernel.clock.now());
          const relay = { kind: 'relay', host, input: { kind: 'report', epoch: input.epoch, reports } };
          await kernel.transitions.apply(tx, scope, { kind: DEPLOYMENT_KIND, id: deploymentId }, relay);
          const target = await findTarget(tx, scope, deploymentId, host);
          return {
            lastSequence: target?.last_sequence ?? 0,
            ended: target?.command === 'over',
            ...(target?.stop_reason ? { stopReason: target.stop_reason } : {}),
          };
        });
      },
    }),
  };
}

/** This version and the one before it are spoken. */
function checkProtocol(version: number): void {
  if (version <= AGENT_PROTOCOL_VERSION && version >= AGENT_PROTOCOL_VERSION - 1 && version >= 1) return;
  throw new ApiError(
    'UnsupportedProtocolException',
    `The agent speaks protocol ${version}; this server speaks ${AGENT_PROTOCOL_VERSION}. Update the older of both.`,
  );
}

function unknownCommand(input: ReportHostCommandInput): ApiError {
  return new ApiError('HostCommandNotFoundException', `${input.name} has no command ${input.commandId}.`);
}

function resources(input: { name?: string }, { scope }: RequestContext): readonly string[] {
  return [`arn:aws:codedeploy:${scope.region}:${scope.account}:instance/${input.name ?? '*'}`];
}
