import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { DispatchId } from "#shared/model/notification.ts";
import { Instant } from "#shared/model/time.ts";
import { goalId, itemId } from "#shared/testing/facts.ts";
import { hostileTitles } from "#shared/testing/hostile-titles.ts";

import { commentNotifier, commentOf } from "./item-comments.ts";
import type { ItemComment } from "./item-comments.ts";
import type { Message } from "./notifier.ts";

function messageOf(given: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "dispatch:1#1",
    dispatchId: DispatchId.parse("dispatch:channel:conn_0000000001#1"),
    reason: "opened",
    severity: "warning",
    title: "No goal above PAY-1",
    sentence: "PAY-1 is in progress and serves no goal.",
    path: [],
    why: "Nobody can see which goal it serves.",
    nextStep: "Link it to a goal.",
    url: "https://hub.example/alerts/1",
    at: Instant.parse("2026-11-21T08:00:00.000Z"),
    subjectId: itemId("a"),
    ...given,
  };
}

function notifierThat(fails?: HubError) {
  const written: ItemComment[] = [];
  const act = (comment: ItemComment) => {
    if (fails) throw fails;
    written.push(comment);
  };
  const notifier = commentNotifier(
    {
      add: async (_id, comment) => {
        act(comment);
        return "receipt";
      },
      edit: async (_receipt, comment) => act(comment),
    },
    "Jira",
  );
  return { notifier, written };
}

describe("what a comment says", () => {
  test("what was found, what to do, and where more is", () => {
    expect(commentOf(messageOf())).toEqual({
      lines: [
        "No goal above PAY-1",
        "PAY-1 is in progress and serves no goal.",
        "Next step: Link it to a goal.",
      ],
      url: "https://hub.example/alerts/1",
    });
  });

  test("of what is over only that", () => {
    const over = messageOf({ reason: "resolved", standing: "Resolved: linked" });
    expect(commentOf(over).lines).toEqual(["Resolved: linked – No goal above PAY-1"]);
  });

  test.each(hostileTitles)("$what is one line of text, without an address", ({ text }) => {
    const { lines } = commentOf(messageOf({ title: text, sentence: text, nextStep: text }));
    for (const line of lines) {
      // What programs take for the beginning of an address, or of a name.
      expect(line).not.toMatch(/:\/\/|[\n\r\u202A-\u202E\u2066-\u2069]/u);
      expect(line).not.toMatch(/evil\.example|asana\.com/u);
    }
  });

  test("an address of Asana's in a title, which would mention somebody, is none any more", () => {
    const title = "See https://app.asana.com/0/1200000000000002/list and app.asana.com/0/12";
    expect(commentOf(messageOf({ title })).lines[0]).not.toMatch(/:\/\/|asana\.com/u);
  });
});

describe("how it ends", () => {
  test("a message that is not about one work item is refused, and nothing is written", async () => {
    const { notifier, written } = notifierThat();
    const { subjectId: _subject, ...many } = messageOf();
    for (const message of [many, messageOf({ subjectId: goalId("g") })]) {
      expect(await notifier.send(message)).toMatchObject({ outcome: "refused" });
    }
    expect(written).toEqual([]);
  });

  test.each([
    ["connector.rate-limited", { status: 429 }, "retry", "retry"],
    ["connector.unavailable", { status: 503 }, "retry", "retry"],
    ["connector.unavailable", { status: 504 }, "uncertain", "retry"],
    ["connector.unavailable", { tookTooLong: true }, "uncertain", "retry"],
    ["connector.unreachable", { reason: "ECONNREFUSED" }, "retry", "retry"],
    ["connector.unreachable", { reason: "ECONNRESET" }, "uncertain", "retry"],
    ["connector.drifted", {}, "uncertain", "retry"],
    ["connector.forbidden", { status: 403 }, "refused", "refused"],
    ["connector.not-found", { status: 404 }, "refused", "refused"],
    ["connector.unauthorized", { status: 401 }, "refused", "refused"],
  ] as const)("%s %o: a new one is %s, a changed one %s", async (code, details, sent, updated) => {
    const { notifier } = notifierThat(new HubError(code, "Why", { details }));
    const outcome = await notifier.send(messageOf());
    expect(outcome.outcome).toBe(sent);
    // It is a connection that reads: a comment that it refuses must not pause it.
    expect("isGone" in outcome).toBe(false);
    expect((await notifier.update?.("receipt", messageOf()))?.outcome).toBe(updated);
  });

  test("what is no failure of the tool is thrown", async () => {
    const { notifier } = notifierThat();
    const broken = commentNotifier(
      { add: () => Promise.reject(new TypeError("x")), edit: async () => undefined },
      "Jira",
    );
    await expect(broken.send(messageOf())).rejects.toThrow(TypeError);
    expect(await notifier.probe()).toEqual({ identity: "Jira" });
  });
});
