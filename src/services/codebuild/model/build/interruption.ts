import type { PhaseContext } from './state.ts';

/** What a phase says that was cut short. */
export function interruption(why: 'stop' | 'timeout', timeoutMs: number): PhaseContext {
  return why === 'stop'
    ? { statusCode: 'BUILD_STOPPED', message: 'The build was stopped' }
    : {
        statusCode: 'BUILD_TIMED_OUT',
        message: `The build ran longer than its limit of ${timeoutMs / 60_000} minutes`,
      };
}
