import type { RunReport } from '../../../kernel/sandbox/port.ts';
import type { ScriptReport } from '../model/build/inputs.ts';
import { commandOfStep, type RunPhaseType } from '../script/plan.ts';
import type { BuildPlan } from './build-plan.ts';

const PHASES: readonly unknown[] = ['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'] satisfies RunPhaseType[];

/** A line of the report pipe. Whatever runs in the build may write there, so only what fits the plan counts. */
export function readReport(plan: BuildPlan, report: RunReport): ScriptReport {
  const { at } = report;
  const data = (typeof report.data === 'object' && report.data !== null ? report.data : {}) as Record<
    string,
    unknown
  >;
  const text = typeof data['value'] === 'string' ? decode(data['value']) : undefined;
  switch (data['kind']) {
    case 'phase-start':
      if (!PHASES.includes(data['phase'])) break;
      return { kind: 'phase-start', at, phase: data['phase'] as RunPhaseType };
    case 'phase-end': {
      if (!PHASES.includes(data['phase'])) break;
      const { step, code } = data;
      const failure =
        typeof step === 'number' && typeof code === 'number'
          ? { failure: { command: commandOfStep(plan.phases, step) ?? 'the shell of the build', code } }
          : {};
      return { kind: 'phase-end', at, phase: data['phase'] as RunPhaseType, ...failure };
    }
    case 'exported':
      if (!plan.exported.includes(data['name'] as string) || text === undefined) break;
      return { kind: 'exported', at, name: data['name'] as string, value: text };
    case 'expanded':
      if (!plan.expansions.includes(data['id'] as string) || text === undefined) break;
      return { kind: 'expanded', at, id: data['id'] as string, value: text };
    default:
  }
  return { kind: 'ignored', at };
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').replaceAll('\0', '\uFFFD');
}
