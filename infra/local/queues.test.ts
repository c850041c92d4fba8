import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { openJournal, type Journal } from "./journal.ts";
import { LocalQueues } from "./queues.ts";

const specs = {
  inbox: { visibilityTimeoutSeconds: 30, maxReceiveCount: 3, retentionDays: 4 },
  other: { visibilityTimeoutSeconds: 30, maxReceiveCount: 3, retentionDays: 4 },
  events: {
    visibilityTimeoutSeconds: 900,
    maxReceiveCount: 3,
    retentionDays: 1,
    retryDelaysSeconds: [60, 120],
  },
};

let folder: string;
let journal: Journal;
let nowMs = Date.parse("2026-11-21T08:00:00.000Z");
const clock: Clock = {
  nowMs: () => nowMs,
  now: () => instantOf(nowMs),
  sleep: () => Promise.reject(new Error("nothing waits here")),
};
const advance = (seconds: number) => (nowMs += seconds * 1_000);
const bodies = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-queues-"));
  journal = openJournal(join(folder, "queues.sqlite"));
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

async function reopen(): Promise<LocalQueues> {
  journal.close();
  journal = openJournal(join(folder, "queues.sqlite"));
  return LocalQueues.open(journal, clock, specs);
}

describe("messages", () => {
  test("are received in the order sent, once, and not by another queue", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await Promise.all(["a", "b", "c"].map((body) => queues.queue("inbox").send(body)));
    expect(await queues.receive("other", 10)).toEqual([]);
    expect(bodies(await queues.receive("inbox", 2))).toEqual(["a", "b"]);
    expect(bodies(await queues.receive("inbox", 10))).toEqual(["c"]);
    expect(await queues.receive("inbox", 10)).toEqual([]);
  });

  test("are hidden until their delay has passed", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("inbox").send("later", { delaySeconds: 900 });
    expect(await queues.receive("inbox", 10)).toEqual([]);
    expect(queues.nextVisibleAtMs("inbox")).toBe(nowMs + 900_000);
    advance(900);
    expect(bodies(await queues.receive("inbox", 10))).toEqual(["later"]);
  });

  test("come back after the visibility timeout unless completed, counting receives", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.sendAll([
      { queue: "inbox", body: "kept" },
      { queue: "inbox", body: "done" },
    ]);
    const first = await queues.receive("inbox", 10);
    expect(first.map((message) => message.receiveCount)).toEqual([1, 1]);
    await queues.complete(first.filter(({ body }) => body === "done"));
    advance(29);
    expect(await queues.receive("inbox", 10)).toEqual([]);
    advance(1);
    const [again, ...others] = await queues.receive("inbox", 10);
    expect(others).toEqual([]);
    expect(again).toMatchObject({ body: "kept", receiveCount: 2 });
    expect(again?.firstReceivedAtMs).toBe(nowMs - 30_000);
  });

  test("in flight when the hub stopped are visible at once after a start; delayed ones are not", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("inbox").send("in flight");
    await queues.queue("inbox").send("delayed", { delaySeconds: 60 });
    expect(bodies(await queues.receive("inbox", 10))).toEqual(["in flight"]);
    const reopened = await reopen();
    const [message, ...others] = await reopened.receive("inbox", 10);
    expect(message).toMatchObject({ body: "in flight", receiveCount: 2 });
    expect(others).toEqual([]);
  });

  test("in flight when the hub stopped have the wait between two attempts where the queue has one", async () => {
    let queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("events").send("cut short");
    for (const delay of [60, 120]) {
      expect(await queues.receive("events", 10)).toHaveLength(1);
      queues = await reopen();
      expect(queues.nextVisibleAtMs("events")).toBe(nowMs + delay * 1_000);
      advance(delay);
    }
    expect(await queues.receive("events", 10)).toMatchObject([{ receiveCount: 3 }]);
  });

  test("that wait for their next attempt wait no longer and no less for a start in between", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("events").send("failed");
    const [message] = await queues.receive("events", 1);
    if (message !== undefined) await queues.fail("events", message, "no");
    const dueMs = nowMs + 60_000;
    for (let start = 0; start < 3; start += 1) {
      advance(10);
      expect((await reopen()).nextVisibleAtMs("events")).toBe(dueMs);
    }
  });

  test("older than the retention of their queue are dropped, dead letters after 14 days", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("inbox").send("old");
    await queues.bury({ queue: "inbox", body: "dead", reason: "r", receiveCount: 3 });
    advance((4 * dayMs) / 1_000 + 1);
    await queues.expire();
    expect((await queues.depths())["inbox"]).toEqual({ waiting: 0, dead: 1 });
    advance((10 * dayMs) / 1_000);
    await queues.expire();
    expect((await queues.depths())["inbox"]).toEqual({ waiting: 0, dead: 0 });
  });

  test("a send beyond the limits of SQS is refused and stores nothing", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    const inbox = queues.queue("inbox");
    await expect(inbox.send("x", { delaySeconds: 901 })).rejects.toMatchObject({
      code: "input.invalid",
    });
    await expect(inbox.send("x", { delaySeconds: Number.NaN })).rejects.toThrow(HubError);
    await expect(inbox.send("é".repeat(524_289))).rejects.toMatchObject({
      code: "input.too-large",
    });
    await inbox.send("é".repeat(524_288));
    expect((await queues.depths())["inbox"]).toEqual({ waiting: 1, dead: 0 });
    expect(() => queues.queue("nowhere")).toThrow(HubError);
  });
});

describe("dead letters", () => {
  test("a message dies with its reason when its last receive fails", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("inbox").send("poison");
    const fates: string[] = [];
    for (let receive = 1; receive <= 3; receive += 1) {
      const [message] = await queues.receive("inbox", 1);
      expect(message?.receiveCount).toBe(receive);
      if (message !== undefined) fates.push(await queues.fail("inbox", message, `try ${receive}`));
      advance(30);
    }
    expect(fates).toEqual(["waits", "waits", "died"]);
    expect(await queues.receive("inbox", 1)).toEqual([]);
    expect(await queues.deadLetters("inbox", 10)).toEqual([
      {
        id: expect.any(String),
        queue: "inbox",
        body: "poison",
        reason: "try 3",
        receiveCount: 3,
        diedAt: instantOf(nowMs - 30_000),
      },
    ]);
    expect(await queues.depths()).toMatchObject({
      inbox: { waiting: 0, dead: 1 },
      other: { dead: 0 },
    });
  });

  test("a message that took the process down at every receive dies, too", async () => {
    let queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("inbox").send("crasher");
    for (let receive = 1; receive <= 3; receive += 1) {
      expect(await queues.receive("inbox", 1)).toHaveLength(1);
      queues = await reopen();
    }
    expect(await queues.receive("inbox", 1)).toEqual([]);
    const [letter] = await queues.deadLetters("inbox", 10);
    expect(letter).toMatchObject({
      body: "crasher",
      reason: "it was received too often without success",
    });
  });

  test("a redrive brings all of one queue back with fresh attempts", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    for (const body of ["a", "b"]) {
      await queues.bury({ queue: "inbox", body, reason: "r", receiveCount: 3 });
    }
    await queues.bury({ queue: "other", body: "c", reason: "r", receiveCount: 3 });
    expect(await queues.deadLetters("inbox", 1)).toHaveLength(1);
    expect(await queues.redrive("inbox")).toBe(2);
    expect(await queues.redrive("inbox")).toBe(0);
    const messages = await queues.receive("inbox", 10);
    expect(messages.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
    expect(await queues.depths()).toMatchObject({ inbox: { dead: 0 }, other: { dead: 1 } });
  });

  test("a queue with retry delays waits those instead of the visibility timeout", async () => {
    const queues = await LocalQueues.open(journal, clock, specs);
    await queues.queue("events").send("event");
    for (const delay of [60, 120]) {
      const [message] = await queues.receive("events", 1);
      if (message !== undefined) await queues.fail("events", message, "no");
      expect(queues.nextVisibleAtMs("events")).toBe(nowMs + delay * 1_000);
      advance(delay);
    }
    expect(await queues.receive("events", 1)).toHaveLength(1);
  });
});

test("a second hub on the same file is refused with what to do", () => {
  expect(() => openJournal(join(folder, "queues.sqlite"))).toThrow(/in use.*--data/u);
});

test("an operation that fails takes none of its group with it", async () => {
  await LocalQueues.open(journal, clock, specs);
  const count = () =>
    journal.database.prepare("SELECT COUNT(*) AS n FROM deadLetters").get()?.["n"];
  const insert = (body: string | null) =>
    journal.commit((database) => {
      database.prepare("INSERT INTO deadLetters VALUES (NULL, 'inbox', 'first', 'r', 1, 1)").run();
      database.prepare("INSERT INTO deadLetters VALUES (NULL, 'inbox', ?, 'r', 1, 1)").run(body);
    }, "machine");
  const outcomes = await Promise.allSettled([insert("a"), insert(null), insert("b")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(count()).toBe(4);
});

test("what is sent while the file closes is either stored or refused", async () => {
  const queues = await LocalQueues.open(journal, clock, specs);
  const before = queues.queue("inbox").send("before");
  journal.close();
  const after = queues.queue("inbox").send("after");
  const [stored, refused] = await Promise.allSettled([before, after]);
  expect(stored.status).toBe("fulfilled");
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "store.unavailable" } });
  const reopened = await reopen();
  expect(bodies(await reopened.receive("inbox", 10))).toEqual(["before"]);
});
