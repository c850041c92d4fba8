import { expect, test } from "vitest";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { jsonLogger, type LogLevel } from "./json-logger.ts";

const noon: Clock = {
  nowMs: () => Date.UTC(2026, 10, 21, 12),
  now: () => instantOf(Date.UTC(2026, 10, 21, 12)),
  sleep: async () => undefined,
};

function loggerAndLines(level: LogLevel) {
  const lines: string[] = [];
  const logger = jsonLogger({ clock: noon, level, write: (line) => void lines.push(line) });
  return { logger, read: () => lines.map((line) => JSON.parse(line) as unknown) };
}

test("an event is one line with time, level, name and fields", () => {
  const { logger, read } = loggerAndLines("info");
  logger.warn("pull.page-stored", { records: 25, connectionId: "conn_1", absent: undefined });
  expect(read()).toEqual([
    {
      at: "2026-11-21T12:00:00.000Z",
      level: "warn",
      event: "pull.page-stored",
      records: 25,
      connectionId: "conn_1",
    },
  ]);
});

test("fields given once are on every later line, and the line's own win", () => {
  const { logger, read } = loggerAndLines("info");
  const inner = logger.with({ function: "pull", runId: "a" }).with({ runId: "b" });
  inner.info("pull.started");
  inner.error("pull.failed", { runId: "c" });
  expect(read()).toMatchObject([
    { function: "pull", runId: "b" },
    { function: "pull", runId: "c" },
  ]);
});

test("a field cannot pose as the event's name, level or time", () => {
  const { logger, read } = loggerAndLines("info");
  logger.info("webhook.verified", { event: "other", level: "debug", at: "never" });
  expect(read()).toEqual([
    { at: "2026-11-21T12:00:00.000Z", level: "info", event: "webhook.verified" },
  ]);
});

test("lines below the level are not written", () => {
  const { logger, read } = loggerAndLines("warn");
  logger.debug("a");
  logger.info("b");
  logger.warn("c");
  logger.error("d");
  expect(read()).toMatchObject([{ event: "c" }, { event: "d" }]);
});

test("a line that counts says so in the embedded metric format, at every level", () => {
  const { logger, read } = loggerAndLines("error");
  logger.with({ table: "hub" }).info("self-check.done", { drift: 0, subjects: 9 });
  logger.info("self-check.other", { drift: 0 });
  expect(read()).toMatchObject([
    {
      event: "self-check.done",
      table: "hub",
      drift: 0,
      subjects: 9,
      _aws: {
        Timestamp: noon.nowMs(),
        CloudWatchMetrics: [{ Namespace: "Throughline", Dimensions: [["table"]] }],
      },
    },
  ]);
  expect(JSON.stringify(read())).toContain('{"Name":"drift","Unit":"Count"}');
});
