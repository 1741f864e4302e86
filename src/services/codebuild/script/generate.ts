import { LIBRARY, RESUME } from './library.ts';
import type { ScriptCommand, ScriptPlan } from './plan.ts';
import { quote } from './shell-text.ts';
import { SUPERVISOR } from './supervisor.ts';

/** The two scripts of a build: the one that is started, and the steps that it runs. */
export interface Scripts {
  /** For bash, with the control folder, the shell of the steps and the folder of orders as arguments. */
  readonly supervisor: string;
  /** Goes into the control folder. */
  readonly steps: string;
}

export function generateScripts(plan: ScriptPlan): Scripts {
  const preamble = ['pw_say', ...plan.preamble.map(quote)].join(' ');
  const phases = plan.phases.flatMap((phase) => [
    `pw_enter ${phase.begin} ${phase.type}`,
    ...phase.commands.map((command) => step(plan, 'pw_go', command)),
    ...phase.finally.map((command) => step(plan, 'pw_last', command)),
    `pw_leave ${phase.end} ${phase.afterFailure}`,
  ]);
  let n = plan.phases.at(-1)?.end ?? 0;
  const exported = plan.exported.map((name) => `pw_export ${++n} ${name}`);
  const expanded = plan.expansions.map(
    ({ id, text }) => `pw_expand ${++n} ${quote(id)} ${quote(escapeQuoted(text))}`,
  );
  const steps = [
    LIBRARY,
    RESUME,
    `if [ "$pw_n" = 0 ]; then ${plan.preamble.length > 0 ? preamble : ':'}; fi`,
    ...phases,
    ...exported,
    ...expanded,
    'pw_done',
    '',
  ];
  return { supervisor: SUPERVISOR, steps: steps.join('\n') };
}

/**
 * The command runs at the top level of the script, so that what it does to the shell lasts (C1.1), without the
 * descriptors for reports and log, which would otherwise live on in whatever it leaves running.
 */
function step(plan: ScriptPlan, guard: 'pw_go' | 'pw_last', command: ScriptCommand): string {
  const run = plan.ownShells ? `${plan.shell} -c "$pw_cmd"` : 'eval "$pw_trace$pw_cmd"';
  return [
    `pw_cmd=${quote(command.text)}`,
    `if ${guard} ${command.step}; then ${run} 3>&- 4>&-; { pw_end $?; } 2>/dev/null; fi`,
  ].join('\n');
}

/** Inside double quotes only variables and commands are filled in. */
function escapeQuoted(text: string): string {
  return text.replaceAll(/\\(?![$`])/g, '\\\\').replaceAll('"', '\\"');
}
