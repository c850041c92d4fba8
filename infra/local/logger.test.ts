import { expect, test } from "vitest";

import { systemClock } from "#shared/adapters/system-clock.ts";
import { Instant } from "#shared/model/time.ts";

import { createLogger, type LoggerOptions } from "./logger.ts";

function loggerOf(options: Partial<LoggerOptions>) {
  const lines: string[] = [];
  const now = () => Instant.parse("2026-11-21T08:00:00.123Z");
  const clock = { ...systemClock, now };
  const write = (line: string) => void lines.push(line);
  return {
    lines,
    logger: createLogger({ clock, level: "info", format: "json", write, ...options }),
  };
}

test("a JSON line holds time, level, event and all fields of the loggers above it", () => {
  const { lines, logger } = loggerOf({});
  logger
    .with({ function: "pull" })
    .with({ page: 2 })
    .info("pull.page-stored", { items: 50, none: undefined });
  expect(lines).toEqual([
    '{"level":"info","time":"2026-11-21T08:00:00.123Z","event":"pull.page-stored","function":"pull","page":2,"items":50}\n',
  ]);
});

test("lines below the level are not written", () => {
  const { lines, logger } = loggerOf({ level: "warn", format: "pretty" });
  logger.debug("a");
  logger.info("b");
  logger.warn("c");
  logger.with({ x: 1 }).error("d");
  expect(lines).toEqual(["08:00:00.123 WARN  c\n", "08:00:00.123 ERROR d x=1\n"]);
});

test("a pretty line is one line and moves no cursor, whatever a field holds", () => {
  const { lines, logger } = loggerOf({ format: "pretty" });
  logger.info("x", { reason: "two words\nand \u001B[31ma line", path: "/a/b.c", empty: "" });
  expect(lines).toEqual([
    '08:00:00.123 INFO  x reason="two words\\nand \\u001b[31ma line" path=/a/b.c empty=""\n',
  ]);
});
