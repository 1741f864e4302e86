import { appendFileSync, chmodSync, existsSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { errorText } from '../../kernel/errors.ts';
import type { HostDiagnostics } from '../../pure/agent-protocol.ts';
import { type AppSpec, EVENT_LIMIT_SECONDS, type HookScript } from '../../pure/appspec/index.ts';
import { hookEnvironment } from '../scripts/environment.ts';
import { logTail } from '../scripts/log-tail.ts';
import { runScript, type ScriptEnd } from '../scripts/run-script.ts';
import { agentUser, findUser, type HostUser } from '../scripts/users.ts';
import { startTimeOf } from '../state/processes.ts';
import type { CommandContext, EventEnd } from './context.ts';

/** Runs the scripts of one event in their order; the first that fails ends it. No script is ever begun twice. */
export async function runHooks(
  context: CommandContext,
  event: string,
  appSpec: AppSpec,
  archive: string,
): Promise<EventEnd> {
  const { journal, clock } = context;
  const until = clock.now() + EVENT_LIMIT_SECONDS * 1000;
  for (const [index, script] of (appSpec.hooks[event] ?? []).entries()) {
    const ended = journal.entries.find(
      (entry) => entry.kind === 'script-ended' && entry.event === event && entry.index === index,
    );
    let failure = ended?.kind === 'script-ended' ? ended.failure : undefined;
    if (!ended) {
      failure = await runOne(context, event, index, script, archive, until);
      journal.append({ kind: 'script-ended', event, index, failure });
    }
    if (failure) return { status: 'Failed', diagnostics: failure };
  }
  return { status: 'Succeeded' };
}

async function runOne(
  context: CommandContext,
  event: string,
  index: number,
  script: HookScript,
  archive: string,
  until: number,
): Promise<HostDiagnostics | undefined> {
  const { journal, clock, folders } = context;
  const { location } = script;
  const fail = (errorCode: HostDiagnostics['errorCode'], message: string, logText = '') => ({
    errorCode,
    scriptName: location,
    message,
    logTail: logText,
  });
  const left = Math.max(until - clock.now(), 0);
  const cut = index > 0 && left < script.timeoutSeconds * 1000;
  journal.append({ kind: 'script', event, index, location });
  const file = findScript(archive, location);
  if (file.path === undefined) return fail(file.code, file.message);
  const user = script.runas === undefined ? agentUser() : await findUser(script.runas);
  if (!user) return fail('ScriptFailed', `The user ${script.runas} of runas does not exist on this host.`);
  const argv = asUser(file.path, user);
  if (!argv) return fail('ScriptFailed', `runas ${user.name} needs an agent that runs as root.`);

  const warning = file.madeExecutable ? ' (warning: it had no mode bit to be executed, and got it)' : '';
  const from = heading(folders.log, `${new Date(clock.now()).toISOString()} ${event} ${location}${warning}`);
  const end = await runScript({
    argv,
    cwd: archive,
    env: hookEnvironment({
      own: process.env,
      extra: context.environment,
      command: context.command,
      event,
      user,
      hostName: context.hostName,
      root: context.root,
    }),
    timeoutMs: cut ? left : script.timeoutSeconds * 1000,
    logFile: folders.log,
    clock,
    signal: context.signal,
    onStart: (pid) => journal.append({ kind: 'process', pid, startTime: startTimeOf(pid) ?? '' }),
  });
  if (end.kind === 'exited' && end.code === 0) return undefined;
  const { code, message } = explain(end, script, cut, context.signal);
  return fail(code, message, logTail(folders.log, from));
}

/** A script must lie in the revision; one without its mode bit gets it, as archives lose them. */
function findScript(
  archive: string,
  location: string,
):
  | { readonly path: string; readonly madeExecutable: boolean }
  | { readonly path?: undefined; readonly code: HostDiagnostics['errorCode']; readonly message: string } {
  const path = join(archive, location);
  const missing = {
    code: 'ScriptMissing',
    message: `The script ${location} is not in the revision.`,
  } as const;
  if (!existsSync(path) || !statSync(path).isFile()) return missing;
  if (!realpathSync(path).startsWith(realpathSync(archive) + sep)) return missing;
  try {
    const { mode } = statSync(path);
    if ((mode & 0o111) !== 0o111) chmodSync(path, (mode & 0o777) | 0o755);
    return { path, madeExecutable: (mode & 0o111) === 0 };
  } catch (error) {
    const message = `The script ${location} cannot be made executable: ${errorText(error)}`;
    return { code: 'ScriptNotExecutable', message };
  }
}

/** Undefined when the agent may not become this user (D1.14). */
function asUser(path: string, user: HostUser): readonly [string, ...string[]] | undefined {
  const own = process.getuid?.();
  if (user.uid === own) return [path];
  if (own !== 0) return undefined;
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--', path];
}

/** Separates the scripts in the log; answers where the script's own output begins. */
function heading(log: string, text: string): number {
  appendFileSync(log, `--- ${text}\n`, { mode: 0o600 });
  return statSync(log).size;
}

function explain(
  end: ScriptEnd,
  { location, timeoutSeconds }: HookScript,
  /** The event's time was over before the script's own. */
  cut: boolean,
  signal: AbortSignal,
): { readonly code: HostDiagnostics['errorCode']; readonly message: string } {
  switch (end.kind) {
    case 'exited':
      return { code: 'ScriptFailed', message: `The script ${location} failed with exit code ${end.code}.` };
    case 'signalled':
      return { code: 'ScriptFailed', message: `The script ${location} was ended by ${end.signal}.` };
    case 'timed-out':
      return {
        code: 'ScriptTimedOut',
        message: cut
          ? `The script ${location} was stopped: the scripts of one event may take ${EVENT_LIMIT_SECONDS} s in all.`
          : `The script ${location} was stopped after its timeout of ${timeoutSeconds} s.`,
      };
    case 'stopped':
      return {
        code: 'ScriptFailed',
        message: `The script ${location} was stopped: ${errorText(signal.reason)}`,
      };
    case 'not-started':
      return {
        code: 'ScriptNotExecutable',
        message: `The script ${location} could not be started: ${end.reason}`,
      };
  }
}
