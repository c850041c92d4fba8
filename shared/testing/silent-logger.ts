import type { LogFields, Logger } from "#shared/ports/logger.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps lines instead of printing them, so that a test can look. */
export function createSilentLogger(lines: LogLine[] = [], base: LogFields = {}): Logger {
  const at =
    (level: LogLine["level"]) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ level, event, fields: { ...base, ...fields } });
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createSilentLogger(lines, { ...base, ...fields }),
  };
}
