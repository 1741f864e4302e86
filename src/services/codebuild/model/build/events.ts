import type { Scope } from '../../../../kernel/scope.ts';
import type { BusEvent } from '../../../../kernel/transitions/port.ts';
import { formatArn } from '../../../../pure/arn.ts';
import { type BuildState, buildId, openPhase, type PhaseRecord } from './state.ts';

/**
 * The two events of builds in AWS's shape: `CodeBuild Build State Change` and `CodeBuild Build Phase Change`
 * (A6, C1; sample-build-notifications). Times in them are text such as `Sep 1, 2017 4:12:29 PM`, in UTC.
 */
export function stateChange(state: BuildState, scope: Scope): BusEvent {
  const current = openPhase(state) ?? state.phases.at(-1);
  return event('CodeBuild Build State Change', state, scope, {
    'build-status': state.status,
    'current-phase': current?.type ?? 'SUBMITTED',
    'current-phase-context': contextText(current),
  });
}

export function phaseChange(state: BuildState, phase: PhaseRecord, scope: Scope): BusEvent {
  return event('CodeBuild Build Phase Change', state, scope, {
    'completed-phase': phase.type,
    'completed-phase-status': phase.status,
    'completed-phase-context': contextText(phase),
    'completed-phase-duration-seconds': seconds(phase),
    'completed-phase-start': awsTime(phase.start),
    'completed-phase-end': phase.end === undefined ? undefined : awsTime(phase.end),
  });
}

export function buildArn(scope: Scope, id: string): string {
  return formatArn({ service: 'codebuild', ...scope, resource: `build/${id}` });
}

function event(
  detailType: string,
  state: BuildState,
  scope: Scope,
  own: Readonly<Record<string, unknown>>,
): BusEvent {
  const arn = buildArn(scope, buildId(state.facts));
  return {
    source: 'aws.codebuild',
    detailType,
    resources: [arn],
    detail: {
      ...own,
      'project-name': state.facts.project,
      'build-id': arn,
      'additional-information': information(state),
      version: '1',
    },
  };
}

function information(state: BuildState): object {
  const { facts } = state;
  const primary = state.artifacts.find((artifact) => artifact.identifier === undefined);
  return {
    artifact: primary
      ? { md5sum: primary.md5, sha256sum: primary.sha256, location: primary.location }
      : { location: '' },
    environment: {
      image: facts.environment.image,
      'privileged-mode': facts.environment.privilegedMode,
      'compute-type': facts.environment.computeType,
      type: facts.environment.type,
      'environment-variables': facts.environment.variables,
    },
    'timeout-in-minutes': facts.timeoutMs / 60_000,
    'build-complete': state.stage === 'ended',
    'build-number': facts.number,
    initiator: facts.initiator,
    'build-start-time': awsTime(state.startTime),
    source: { type: facts.source.type, location: facts.source.location },
    logs: { 'group-name': facts.logs.group, 'stream-name': facts.logs.stream },
    phases: state.phases.map((phase) => ({
      'phase-type': phase.type,
      'phase-context': phase.context ? [`${phase.context.statusCode}: ${phase.context.message}`] : [],
      'start-time': awsTime(phase.start),
      ...(phase.end === undefined
        ? {}
        : {
            'end-time': awsTime(phase.end),
            'duration-in-seconds': seconds(phase),
            'phase-status': phase.status,
          }),
    })),
  };
}

function contextText(phase: PhaseRecord | undefined): string {
  return phase?.context ? `[${phase.context.statusCode}: ${phase.context.message}]` : '[]';
}

function seconds(phase: PhaseRecord): number {
  return phase.end === undefined ? 0 : Math.floor((phase.end - phase.start) / 1000);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (n: number) => String(n).padStart(2, '0');

export function awsTime(ms: number): string {
  const date = new Date(ms);
  const hours = date.getUTCHours();
  return (
    `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()} ` +
    `${hours % 12 === 0 ? 12 : hours % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ` +
    `${hours < 12 ? 'AM' : 'PM'}`
  );
}
