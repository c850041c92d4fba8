import { expect, test } from "vitest";

import { renderMessage } from "#connectors/slack/render.ts";
import type { Message } from "#shared/kit/notifier.ts";

import { readMessage } from "../vendors.ts";
import type { Seen } from "../vendors.ts";
import type { OnRecord } from "./messages.ts";
import { Tellings } from "./tellings.ts";
import type { Transition } from "./tellings.ts";

const seen = (alerts: readonly string[], given: Partial<Seen> = {}): Seen => ({
  alerts,
  more: 0,
  isEnd: false,
  ...given,
});

function opened(tellings: Tellings, ...alerts: readonly string[]): readonly Transition[] {
  return alerts.map((alert) => {
    const transition: Transition = { event: { alert } };
    tellings.changed(transition);
    return transition;
  });
}

const onRecord =
  (alerts: readonly string[], given: Partial<OnRecord> = {}) =>
  async (asked: readonly string[]): Promise<readonly OnRecord[]> =>
    asked.map((alert) => ({
      alert,
      state: "packed",
      mode: "message",
      message: { kind: "group", outcome: "sent", alerts },
      ...given,
    }));

test("an alert that no message tells of stays open", () => {
  const tellings = new Tellings();
  const [a, b] = opened(tellings, "a", "b");
  tellings.heard(seen(["a"]), 5);
  expect(tellings.open).toBe(1);
  expect(tellings.missing()).toEqual(["b"]);
  expect([a, b]).toMatchObject([{ toldMs: 5, toldBy: "name" }, { event: { alert: "b" } }]);
});

test("an alert that a message counts and does not name is told when that message arrived", async () => {
  const tellings = new Tellings();
  const [, , c] = opened(tellings, "a", "b", "c");
  tellings.heard(seen(["a"]), 5);
  tellings.heard(seen(["b"], { more: 1 }), 7);
  expect(tellings.open).toBe(0);
  await tellings.findCounted(onRecord(["c", "b"]));
  expect(c).toMatchObject({ toldMs: 7, toldBy: "count" });
  expect(tellings.counts).toMatchObject({ opened: 3, named: 2, counted: 1, messages: 2 });
});

test("what a message counts must be on the hub's record as part of that very message", async () => {
  const counting = () => {
    const tellings = new Tellings();
    opened(tellings, "a", "b", "c");
    tellings.heard(seen(["a"]), 5);
    tellings.heard(seen(["b"], { more: 1 }), 7);
    return tellings;
  };
  const group = { kind: "group", outcome: "sent", alerts: ["b", "c"] } as const;
  const refused: readonly [ReturnType<typeof onRecord>, string][] = [
    [async () => [], "c is in no message"],
    [onRecord(["a", "c"]), "has not arrived"],
    [onRecord([], { message: { ...group, kind: "digest" } }), "c is in no message"],
    [onRecord([], { message: { ...group, outcome: "uncertain" } }), "c is in no message"],
  ];
  for (const [lookUp, said] of refused) {
    await expect(counting().findCounted(lookUp)).rejects.toThrow(said);
  }
});

test("a message that counts more than there is fails, and so does one that counts less", async () => {
  const more = new Tellings();
  opened(more, "a", "b");
  more.heard(seen(["a"], { more: 2 }), 5);
  await expect(more.findCounted(onRecord(["a", "b"]))).rejects.toThrow("of 3 alerts, and is of 2");
  const less = new Tellings();
  opened(less, "a", "b", "c");
  less.heard(seen(["a"], { more: 1 }), 5);
  expect(less.open).toBe(1);
});

test("what is told twice is unexpected", () => {
  const tellings = new Tellings();
  opened(tellings, "a", "b");
  tellings.heard(seen(["a"]), 5);
  tellings.heard(seen(["a", "b"]), 6);
  expect(tellings).toMatchObject({ open: 0, unexpected: 1 });
});

test("an end is due when the last alert of a message is resolved, and not before", async () => {
  const tellings = new Tellings();
  opened(tellings, "a", "b", "c");
  tellings.heard(seen(["a", "b"], { more: 1 }), 5);
  await tellings.findCounted(onRecord(["a", "b", "c"]));
  opened(tellings, "a", "c");
  expect(tellings).toMatchObject({ open: 0, counts: { resolved: 2, endsDue: 0 } });
  tellings.heard(seen(["a", "b"], { more: 1, isEnd: true }), 6);
  expect(tellings.unexpected).toBe(1);
  const [last] = opened(tellings, "b");
  expect(tellings.open).toBe(1);
  tellings.heard(seen(["a", "b"], { more: 1, isEnd: true }), 8);
  expect(last).toMatchObject({ toldMs: 8, toldBy: "end" });
  expect(tellings).toMatchObject({ open: 0, unexpected: 1, counts: { endsDue: 1, ends: 1 } });
});

test("an alert may open again once it was over", () => {
  const tellings = new Tellings();
  opened(tellings, "a");
  expect(() => opened(tellings, "a")).toThrow("before it could be told");
  tellings.heard(seen(["a"]), 5);
  opened(tellings, "a");
  tellings.heard(seen(["a"], { isEnd: true }), 6);
  opened(tellings, "a");
  expect(tellings).toMatchObject({ open: 1, counts: { opened: 2, ends: 1 } });
});

test("a message is read as Slack gets it: names, and how many it only counts", () => {
  const page = (at: number) => `https://hub.example/alerts/${encodeURIComponent(`alert:x:${at}`)}`;
  const lines = Array.from({ length: 20 }, (_, at) => ({ text: "y".repeat(200), url: page(at) }));
  const message: Message = {
    idempotencyKey: "k",
    kind: "group",
    reason: "opened",
    severity: "warning",
    title: "23 × Blocked",
    sentence: "",
    path: [],
    why: "",
    nextStep: "",
    url: "https://hub.example/alerts?rule=blocked",
    at: "2026-11-22T10:00:00.000Z" as Message["at"],
    sections: [{ title: "Findings", lines, more: 3 }],
  };
  const read = readMessage(JSON.stringify(renderMessage(message)));
  expect(read.alerts[0]).toBe("alert:x:0");
  expect(read.alerts.length).toBeLessThan(20);
  expect(read.alerts.length + read.more).toBe(23);
  expect(read.isEnd).toBe(false);
  const end = renderMessage({ ...message, reason: "resolved" });
  expect(readMessage(JSON.stringify(end)).isEnd).toBe(true);
});
