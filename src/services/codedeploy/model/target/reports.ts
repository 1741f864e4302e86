import { ApiError } from '../../../../kernel/errors.ts';
import { type HostReport, LOG_TAIL_LIMIT } from '../../../../pure/agent-protocol.ts';
import { IN_PLACE_EVENTS } from '../../../../pure/appspec/index.ts';
import type { StoredReport } from './inputs.ts';

/** Reports as they are kept: known events only, texts bounded. */
export function checkReports(reports: readonly HostReport[]): readonly StoredReport[] {
  return reports.map((report) => {
    const known = (IN_PLACE_EVENTS as readonly string[]).includes(report.event ?? '');
    if (report.kind !== 'CommandEnded' && !known) {
      throw new ApiError('InvalidHostReportException', `${report.event} is not a lifecycle event.`);
    }
    if (report.kind !== 'EventStarted' && report.status === undefined) {
      throw new ApiError('InvalidHostReportException', 'What ended needs a status.');
    }
    const { diagnostics } = report;
    return {
      ...report,
      at: report.at.getTime(),
      ...(diagnostics
        ? {
            diagnostics: {
              errorCode: diagnostics.errorCode,
              message: clean(diagnostics.message).slice(0, 2048),
              ...(diagnostics.scriptName === undefined
                ? {}
                : { scriptName: clean(diagnostics.scriptName).slice(0, 512) }),
              ...(diagnostics.logTail === undefined
                ? {}
                : { logTail: clean(diagnostics.logTail).slice(-LOG_TAIL_LIMIT) }),
            },
          }
        : {}),
    };
  });
}

/** Text that every database takes: no NUL, no half of a surrogate pair. */
function clean(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
