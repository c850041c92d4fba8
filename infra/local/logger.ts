import type { Clock } from "#shared/ports/clock.ts";
import type { LogFields, Logger } from "#shared/ports/logger.ts";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  readonly clock: Clock;
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  /** `pretty` for a person at a terminal, `json` for everything that reads lines. */
  readonly format: "pretty" | "json";
  readonly write: (line: string) => void;
}

/** One structured line per call. `write` gets it with its line break. */
export function createLogger(options: LoggerOptions, fixed: LogFields = {}): Logger {
  const render = options.format === "json" ? renderJson : renderPretty;
  const at = (level: LogLevel) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(options.level)) return () => undefined;
    return (event: string, fields: LogFields = {}) =>
      options.write(render(level, options.clock.now(), event, { ...fixed, ...fields }));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createLogger(options, { ...fixed, ...fields }),
  };
}

/** Writes nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLogger,
};

function renderJson(level: LogLevel, time: string, event: string, fields: LogFields): string {
  return `${JSON.stringify({ level, time, event, ...fields })}\n`;
}

function renderPretty(level: LogLevel, time: string, event: string, fields: LogFields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}=${showValue(value)}`],
  );
  return `${time.slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${event}${pairs.join("")}\n`;
}

/** Quoted where a bare value could be taken for two, or could move the terminal's cursor. */
function showValue(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w.:/@+-]+$/u.test(text) ? text : JSON.stringify(text);
}
