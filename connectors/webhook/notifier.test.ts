import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { afterEach, describe, expect, test } from "vitest";

import { systemClock } from "#shared/adapters/system-clock.ts";
import type { NotifierContext } from "#shared/kit/notifier-context.ts";
import type { Message } from "#shared/kit/notifier.ts";
import { instantOf } from "#shared/model/time.ts";
import type { OutboundPost } from "#shared/ports/outbound.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { createWebhookNotifier } from "./notifier.ts";
import { WebhookSettings } from "./settings.ts";
import { startWebhookSimulator } from "./simulator/start-webhook-simulator.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const secretOf = (letter: string) => `whsec_${Buffer.from(letter.repeat(32)).toString("base64")}`;

function messageOf(parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "dispatch:person:ada@acme.example:1",
    reason: "opened",
    severity: "warning",
    title: "No goal above PLAN-1 Lighthouse",
    sentence: "“PLAN-1 Lighthouse” is in progress and serves no goal.",
    path: [
      { id: "b", role: "subject", label: "PLAN-1", url: "https://jira.example/browse/PLAN-1" },
    ],
    why: "Nobody can see which goal this serves.",
    nextStep: "Link it to a goal.",
    url: "https://hub.example/alerts/1",
    at: instantOf(Date.UTC(2026, 10, 21, 8)),
    ...parts,
  };
}

async function start() {
  const receiver = await startWebhookSimulator({ clock: systemClock });
  closers.push(() => receiver.close());
  const notifierWith = (parts: Partial<WebhookSettings> = {}) =>
    createWebhookNotifier(
      WebhookSettings.parse({ url: receiver.hookUrl, secret: receiver.secret, ...parts }),
      testNotifierContext,
    );
  return { receiver, notifierWith };
}

/** What is posted, without anybody who takes it; the clock is `ageMs` behind. */
async function posted(settings: Partial<WebhookSettings>, ageMs = 0): Promise<OutboundPost> {
  const posts: OutboundPost[] = [];
  const context: NotifierContext = {
    clock: { ...systemClock, nowMs: () => systemClock.nowMs() - ageMs },
    outbound: {
      post: async (post) => {
        posts.push(post);
        return { outcome: "answered", status: 204, body: "" };
      },
    },
  };
  const all = { url: "https://desk.example/hook", secret: secretOf("a"), ...settings };
  await createWebhookNotifier(WebhookSettings.parse(all), context).send(messageOf());
  const [post] = posts;
  if (!post) throw new Error("nothing was posted");
  return post;
}

describe("the signature, by the reference library", () => {
  const verify = (secret: string, { body, headers }: OutboundPost) =>
    new Webhook(secret).verify(body, { ...headers });

  test("holds, and gives the payload", async () => {
    expect(verify(secretOf("a"), await posted({}))).toMatchObject({
      type: "alert.opened",
      timestamp: "2026-11-21T08:00:00.000Z",
      data: { title: "No goal above PLAN-1 Lighthouse", severity: "warning" },
    });
  });

  test("fails for another secret, a changed body, another id and another time", async () => {
    const post = await posted({});
    const changed = [
      { ...post, body: post.body.replace("PLAN-1", "PLAN-2") },
      { ...post, body: `${post.body} ` },
      { ...post, headers: { ...post.headers, "webhook-id": "msg_other" } },
      {
        ...post,
        headers: {
          ...post.headers,
          "webhook-timestamp": String(Number(post.headers["webhook-timestamp"]) + 1),
        },
      },
    ];
    for (const each of changed) {
      expect(() => verify(secretOf("a"), each)).toThrow(WebhookVerificationError);
    }
    expect(() => verify(secretOf("b"), post)).toThrow(WebhookVerificationError);
  });

  test("fails for one that was recorded and is played again later", async () => {
    const post = await posted({}, 6 * 60_000);
    expect(() => verify(secretOf("a"), post)).toThrow("too old");
  });

  test("while the secret is changed, receivers with the old and with the new one verify it", async () => {
    const post = await posted({ secret: secretOf("b"), previousSecret: secretOf("a") });
    expect(post.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/u);
    for (const letter of ["a", "b"]) {
      expect(verify(secretOf(letter), post)).toMatchObject({ type: "alert.opened" });
    }
    expect(() => verify(secretOf("c"), post)).toThrow(WebhookVerificationError);
  });

  test("the id says nothing of people, and is the same for the same message", async () => {
    const [first, second] = [await posted({}), await posted({})];
    expect(first.headers["webhook-id"]).toMatch(/^msg_[\w-]{27}$/u);
    expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
  });
});

describe("send", () => {
  test("a repeat is told by its id, and taken once", async () => {
    const { receiver, notifierWith } = await start();
    const notifier = notifierWith();
    expect(notifier.dropsRepeats).toBe(true);
    for (const _ of [1, 2]) {
      expect(await notifier.send(messageOf())).toEqual({ outcome: "sent" });
    }
    expect(receiver.received()).toHaveLength(1);
  });

  test("a secret is changed without a webhook being lost", async () => {
    const { receiver, notifierWith } = await start();
    const next = secretOf("n");
    const send = async (notifier: ReturnType<typeof notifierWith>, key: string) =>
      (await notifier.send(messageOf({ idempotencyKey: key }))).outcome;
    const both = notifierWith({ secret: next, previousSecret: receiver.secret });
    expect(await send(both, "1")).toBe("sent");
    receiver.perform({ kind: "changeSecret", secret: next });
    expect(await send(both, "2")).toBe("sent");
    expect(await send(notifierWith({ secret: next }), "3")).toBe("sent");
    expect(await send(notifierWith(), "4")).toBe("refused");
    expect([receiver.received().length, receiver.unverified()]).toEqual([3, 1]);
  });

  test("a receiver that says 410 wants nothing any more", async () => {
    const { receiver, notifierWith } = await start();
    receiver.perform({ kind: "close" });
    expect(await notifierWith().send(messageOf())).toMatchObject({
      outcome: "refused",
      isGone: true,
    });
  });

  test.each([
    [
      { status: 429, retryAfterSeconds: 9 },
      { outcome: "retry", afterMs: 9000 },
    ],
    [
      { status: 502, retryAfterSeconds: 90_000 },
      { outcome: "retry", afterMs: 3_600_000 },
    ],
    [{ status: 503 }, { outcome: "retry", afterMs: 30_000 }],
    [
      { status: 504, headers: { "retry-after": "soon" } },
      { outcome: "retry", afterMs: 30_000 },
    ],
    [{ status: 307, headers: { location: "http://169.254.169.254/" } }, { outcome: "refused" }],
    [{ status: 404 }, { outcome: "refused" }],
  ])("%o is %o", async (fault, outcome) => {
    const { receiver, notifierWith } = await start();
    receiver.faults.arm({ on: "request", kind: "status", ...fault });
    const result = await notifierWith().send(messageOf());
    expect(result).toMatchObject(outcome);
    expect(result).not.toHaveProperty("isGone");
    expect(receiver.received()).toEqual([]);
  });
});

test.each([
  ["whsec_", "nothing follows"],
  [`whsec_${Buffer.alloc(23).toString("base64")}`, "too short"],
  [`whsec_${Buffer.alloc(65).toString("base64")}`, "too long"],
  [Buffer.alloc(32).toString("base64"), "no prefix"],
  ["whsec_not base64 at all, by far, really not", "no base64"],
])("%s is no signing secret: %s", (secret) => {
  const parsed = WebhookSettings.safeParse({ url: "https://desk.example/hook", secret });
  expect(parsed.success).toBe(false);
});

test.each([24, 25, 26, 32, 64])(
  "a key of %i bytes is one that the library signs with",
  async (bytes) => {
    const secret = `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;
    const post = await posted({ secret });
    expect(new Webhook(secret).verify(post.body, { ...post.headers })).toMatchObject({
      type: "alert.opened",
    });
  },
);
