/**
 * Lines of the log that are metrics as well: for each event, the fields that count and their units. On
 * AWS the logger says so in CloudWatch's embedded metric format, and the alarms of the stack look at them;
 * elsewhere they are lines like all others. Such a line is written at every log level.
 */
export const logMetrics = {
  "self-check.done": {
    subjects: "Count",
    differing: "Count",
    /** Signals that were wrong and nothing explains it. */
    drift: "Count",
    expected: "Count",
    opened: "Count",
    cleared: "Count",
    /** Stored items that nobody can read. */
    unreadable: "Count",
    durationMs: "Milliseconds",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, MetricUnit>>>>;

export type MetricUnit = "Count" | "Milliseconds";

export const metricNamespace = "Throughline";

/** The field by which metrics of one hub are told from those of another in the same account. */
export const metricDimension = "table";

/** What counts on lines of this event; undefined for most. */
export function metricsOf(event: string): Readonly<Record<string, MetricUnit>> | undefined {
  const all: Readonly<Record<string, Readonly<Record<string, MetricUnit>>>> = logMetrics;
  return Object.hasOwn(all, event) ? all[event] : undefined;
}
