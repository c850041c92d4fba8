import type { Clock } from "#shared/ports/clock.ts";
import type { LogFields, Logger } from "#shared/ports/logger.ts";

const levels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof levels)[number];

interface JsonLoggerOptions {
  readonly clock: Clock;
  /** Lines below this level are dropped. */
  readonly level: LogLevel;
  readonly fields?: LogFields;
  /** Takes one line without its end; default: standard output, which Lambda stores as it is. */
  readonly write?: (line: string) => void;
}

/**
 * One line of JSON per event: `at`, `level`, `event`, then the fields. A field cannot replace one of
 * the first three. Cheaper at start than a logging library, which is what the receiver pays for.
 */
export function jsonLogger(options: JsonLoggerOptions): Logger {
  const { clock, level: threshold, fields: fixed = {}, write = writeToStdout } = options;
  const log = (level: LogLevel, event: string, fields: LogFields): void => {
    if (levels.indexOf(level) < levels.indexOf(threshold)) return;
    const named = { at: clock.now(), level, event };
    write(JSON.stringify({ ...named, ...fixed, ...fields, ...named }));
  };
  return {
    debug: (event, fields = {}) => log("debug", event, fields),
    info: (event, fields = {}) => log("info", event, fields),
    warn: (event, fields = {}) => log("warn", event, fields),
    error: (event, fields = {}) => log("error", event, fields),
    with: (fields) => jsonLogger({ ...options, fields: { ...fixed, ...fields } }),
  };
}

function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
