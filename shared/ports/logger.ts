export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Structured log. `event` is a stable dotted name ("pull.page-stored"); all that varies is a field.
 * Fields are ids, counts, codes and durations: never bodies, titles, names, addresses or secrets.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  with(fields: LogFields): Logger;
}
