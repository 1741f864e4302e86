import { destination, pino, stdSerializers, stdTimeFunctions } from 'pino';

/** Structured log of the server itself. Fields never hold secrets. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Takes whole JSON lines; standard output when absent. */
  readonly destination?: { write(line: string): void };
}

/** One JSON line for each message: `time` in ISO 8601, `level` as a word, `msg`. An `error` field keeps its stack. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    options.destination ?? destination({ fd: 1, sync: true }),
  );
}
