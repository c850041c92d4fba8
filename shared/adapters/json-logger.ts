import type { Clock } from "#shared/ports/clock.ts";
import type { MetricUnit } from "#shared/ports/log-metrics.ts";
import { metricDimension, metricNamespace, metricsOf } from "#shared/ports/log-metrics.ts";
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
    const metrics = metricsOf(event);
    if (!metrics && levels.indexOf(level) < levels.indexOf(threshold)) return;
    const named = { at: clock.now(), level, event };
    const embedded = metrics && embeddedMetrics(metrics, clock.nowMs());
    write(JSON.stringify({ ...named, ...fixed, ...fields, ...named, ...embedded }));
  };
  return {
    debug: (event, fields = {}) => log("debug", event, fields),
    info: (event, fields = {}) => log("info", event, fields),
    warn: (event, fields = {}) => log("warn", event, fields),
    error: (event, fields = {}) => log("error", event, fields),
    with: (fields) => jsonLogger({ ...options, fields: { ...fixed, ...fields } }),
  };
}

/**
 * What makes CloudWatch read fields of the line as metrics: the embedded metric format,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function embeddedMetrics(metrics: Readonly<Record<string, MetricUnit>>, nowMs: number): object {
  const list = Object.entries(metrics).map(([Name, Unit]) => ({ Name, Unit }));
  const directive = {
    Namespace: metricNamespace,
    Dimensions: [[metricDimension]],
    Metrics: list,
  };
  return { _aws: { Timestamp: nowMs, CloudWatchMetrics: [directive] } };
}

function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
