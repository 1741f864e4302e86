import type { Kernel } from '../../../kernel/kernel.ts';
import type { LogWriter } from '../../../kernel/log-streams/port.ts';

/** Writes lines of the server's own into a build's log, in the form of AWS's agent. */
export interface BuildLog {
  say(line: string): Promise<void>;
  /** Ends the stream: nothing more will come. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** The runner has let go of the stream by then. A stream that has ended (a task done again) takes nothing more. */
export async function openBuildLog(kernel: Kernel, stream: string): Promise<BuildLog> {
  const ended = (await kernel.logs.stat(stream))?.ended ?? false;
  const writer: LogWriter | undefined = ended ? undefined : await kernel.logs.writer(stream);
  return {
    async say(line) {
      const at = kernel.clock.now();
      const time = new Date(at).toISOString();
      const stamp = `${time.slice(0, 10).replaceAll('-', '/')} ${time.slice(11, 23)}000`;
      await writer?.append([{ at, text: `[Container] ${stamp} ${clean(line)}` }]);
    },
    end: async () => writer?.end(),
    close: async () => writer?.close(),
  };
}

function clean(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
