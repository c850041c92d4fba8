import { afterEach, describe, expect, test } from "vitest";

import type { NotifierContext } from "#shared/kit/notifier-context.ts";
import type { Message, MessageTarget } from "#shared/kit/notifier.ts";
import { instantOf } from "#shared/model/time.ts";
import type { CloudMailResult } from "#shared/ports/cloud-mail.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { createEmailNotifier } from "./notifier.ts";
import { EmailSettings } from "./settings.ts";
import { readMail } from "./simulator/read-mail.ts";
import { startMailSimulator } from "./simulator/start-mail-simulator.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const ada: MessageTarget = { kind: "person", name: "Ada Lovelace", workEmail: "ada@acme.example" };

function messageOf(parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "dispatch:person:ada@acme.example:1",
    reason: "opened",
    severity: "warning",
    title: "No goal above PLAN-1 Lighthouse",
    sentence: "“PLAN-1 Lighthouse” is in progress and serves no goal.",
    path: [
      { id: "a", role: "ancestor", label: "PLAN-7 Map", url: "https://jira.example/browse/PLAN-7" },
      { id: "b", role: "subject", label: "PLAN-1 Lighthouse" },
    ],
    why: "Nobody can see which goal this serves.",
    nextStep: "Link it to a goal.",
    url: "https://hub.example/alerts/1",
    at: instantOf(Date.UTC(2026, 10, 21, 8)),
    ruleTitle: "Unlinked work",
    because: "Lead of Payments",
    owner: "Payments",
    freshness: "Jira as of 3 minutes ago",
    unsubscribeUrl: "https://hub.example/settings/mail?person=1",
    ...parts,
  };
}

async function start(
  options: Partial<Parameters<typeof startMailSimulator>[0]> = {},
  parts: Partial<EmailSettings> = {},
) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const mail = await startMailSimulator({ clock, ...options });
  closers.push(() => mail.close());
  const settings = {
    ...EmailSettings.parse({
      from: "alerts@acme.example",
      to: "alignment@acme.example",
      host: "127.0.0.1",
      port: mail.smtpPort,
      security: "none",
    }),
    ...parts,
  };
  return { mail, notifier: createEmailNotifier(settings, { ...testNotifierContext, clock }) };
}

/** The one mail that arrives. */
async function received(message: Message, target?: MessageTarget) {
  const { mail, notifier } = await start();
  expect(await notifier.send(message, target)).toMatchObject({ outcome: "sent" });
  const [first, ...others] = mail.mails();
  if (!first || others.length > 0) throw new Error("not exactly one mail");
  return first;
}

describe("a mail", () => {
  test("goes to the person, says the same as text and as HTML, and why they get it", async () => {
    const { to, from, subject, text, html, headers } = await received(messageOf(), ada);
    expect([from, to]).toEqual(["alerts@acme.example", ["ada@acme.example"]]);
    expect(headers["to"]).toBe("Ada Lovelace <ada@acme.example>");
    expect(subject).toBe("No goal above PLAN-1 Lighthouse");
    const said = [
      "Alert, warning · Unlinked work",
      "is in progress and serves no goal.",
      "PLAN-7 Map",
      "https://jira.example/browse/PLAN-7",
      "Why it matters",
      "Link it to a goal.",
      "https://hub.example/alerts/1",
      "Owner: Payments",
      "Sources: Jira as of 3 minutes ago",
      "You get this as: Lead of Payments",
      "https://hub.example/settings/mail?person=1",
    ];
    for (const part of said) {
      expect(text).toContain(part);
      expect(html).toContain(part);
    }
  });

  test("says that a program sent it, how to be rid of it, and when", async () => {
    const { headers } = await received(messageOf(), ada);
    expect(headers).toMatchObject({
      "auto-submitted": "auto-generated",
      "x-auto-response-suppress": "All",
      precedence: "bulk",
      "list-id": "<throughline.acme.example>",
      "list-unsubscribe": "<https://hub.example/settings/mail?person=1>",
      "list-unsubscribe-post": "List-Unsubscribe=One-Click",
      date: "Sat, 21 Nov 2026 08:00:00 +0000",
    });
    const without = await received(messageOf({ unsubscribeUrl: "mailto:x@y.example" }), ada);
    expect(without.headers).not.toHaveProperty("list-unsubscribe");
  });

  test("of one message has one id, and mails about one alert hang together", async () => {
    const first = await received(messageOf(), ada);
    const again = await received(messageOf(), ada);
    const end = await received(messageOf({ reason: "resolved", idempotencyKey: "2" }), ada);
    const other = await received(messageOf({ url: "https://hub.example/alerts/2" }), ada);
    expect(again.headers["message-id"]).toBe(first.headers["message-id"]);
    expect(first.headers["message-id"]).toMatch(/^<[0-9a-f]{40}@acme\.example>$/u);
    expect(end.headers["message-id"]).not.toBe(first.headers["message-id"]);
    expect(end.headers["in-reply-to"]).toBe(first.headers["in-reply-to"]);
    expect(other.headers["in-reply-to"]).not.toBe(first.headers["in-reply-to"]);
    expect(end.subject).toBe("Resolved: No goal above PLAN-1 Lighthouse");
    expect(end.text).not.toContain("Next step");
  });

  test("of many alerts has sections, and counts what has no room", async () => {
    const lines = Array.from({ length: 250 }, (_, at) => ({
      text: `Alert ${at}`,
      url: `https://hub.example/alerts/${at}`,
    }));
    const sections = [
      { title: "New", lines, more: 5 },
      { title: "Resolved", lines: [{ text: "Late one" }] },
    ];
    const message = messageOf({ kind: "digest", title: "Your week", path: [], sections });
    const { text, html, headers } = await received(message, ada);
    for (const part of [text, html]) {
      for (const said of ["Alert 199", "… and 55 more", "… and 1 more", "Open the digest"]) {
        expect(part).toContain(said);
      }
      expect(part).not.toContain("Alert 200");
    }
    expect(headers).not.toHaveProperty("in-reply-to");
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
  });

  test("to a domain of other letters is addressed as mail servers know it, in the envelope and in all headers", async () => {
    const { mail, notifier } = await start({}, { from: "alerts@m\u00FCller.example" });
    const eva = { kind: "person", name: "Eva", workEmail: "eva@b\u00FCro.example" } as const;
    expect(await notifier.send(messageOf(), eva)).toMatchObject({ outcome: "sent" });
    const [first] = mail.mails();
    const headers = first?.headers ?? {};
    expect([first?.from, first?.to]).toEqual([
      "alerts@xn--mller-kva.example",
      ["eva@xn--bro-hoa.example"],
    ]);
    expect(JSON.stringify(headers)).toMatch(/^[\x20-\x7E]+$/u);
    for (const name of ["message-id", "list-id", "references"]) {
      expect(headers[name]).toContain("xn--mller-kva.example>");
    }
  });

  test("shows a title or a name as it is written, where that looks like an encoded word", async () => {
    const coded = "=?utf-8?B?4oCuZXhl?=";
    const { headers } = await received(messageOf({ title: `Fix ${coded}` }), {
      ...ada,
      name: `Ada ${coded}`,
    });
    for (const name of ["subject", "to"]) expect(headers[name]).not.toContain("4oCuZXhl");
  });

  test("to a name without end has no line that a mail server does not take", async () => {
    const { headers } = await received(messageOf(), { ...ada, name: "a".repeat(2000) });
    expect(headers["to"]?.length).toBeLessThan(900);
  });
});

describe("headers", () => {
  const forged = "Hi\r\nBcc: all@evil.example\r\nContent-Type: text/html\r\n\r\n<b>x</b>";

  test("cannot be forged by a title, a name or an address", async () => {
    const message = messageOf({ title: forged, unsubscribeUrl: `https://a.example/\r\nBcc: x` });
    const { to, headers, subject } = await received(message, { ...ada, name: forged });
    expect(to).toEqual(["ada@acme.example"]);
    expect(headers).not.toHaveProperty("bcc");
    expect(headers["content-type"]).toMatch(/^multipart\/alternative;/u);
    expect(subject).toBe("Hi Bcc: all@evil.example Content-Type: text/html <b>x</b>");
  });

  test.each([
    "a@b.example, c@evil.example",
    "a@b.example\r\nBcc: c@evil.example",
    "a@b.example>\r\nRCPT TO:<c@evil.example",
    "<a@b.example>",
    "no address",
    "",
  ])("%j is no address that is written to", async (workEmail) => {
    const { mail, notifier } = await start();
    expect(await notifier.send(messageOf(), { ...ada, workEmail })).toMatchObject({
      outcome: "refused",
    });
    expect(mail.mails()).toEqual([]);
  });
});

describe("through a mail server", () => {
  test("a recipient who is not known is refused; others are still reached", async () => {
    const { mail, notifier } = await start({
      knows: (address) => address.startsWith("alignment@"),
    });
    const unknown = await notifier.send(messageOf(), ada);
    expect(unknown).toMatchObject({ outcome: "refused" });
    expect(unknown).not.toHaveProperty("isGone");
    expect(JSON.stringify(unknown)).not.toContain("ada");
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "sent" });
    expect(mail.mails()).toHaveLength(1);
  });

  test("user and password are asked for, and their refusal is told", async () => {
    const account = { user: "hub", password: "right-one" };
    const right = await start({ account }, account);
    expect(await right.notifier.probe()).toEqual({
      identity: "alerts@acme.example through 127.0.0.1",
    });
    expect(await right.notifier.send(messageOf())).toMatchObject({ outcome: "sent" });
    const wrong = await start({ account }, { user: "hub", password: "wrong-one" });
    expect(await wrong.notifier.send(messageOf())).toMatchObject({ outcome: "refused" });
    await expect(wrong.notifier.probe()).rejects.toMatchObject({ code: "connector.unauthorized" });
  });

  test("a server that does not encrypt gets neither mail nor password", async () => {
    const { mail, notifier } = await start(
      {},
      { security: "starttls", user: "hub", password: "a-secret" },
    );
    const outcome = await notifier.send(messageOf());
    expect(["retry", "refused"]).toContain(outcome.outcome);
    expect(mail.mails()).toEqual([]);
  });

  test("where nobody listens, nothing was sent", async () => {
    const { notifier } = await start({}, { port: 65_535 });
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "retry" });
  });

  test("a connection that breaks before the mail went out is tried again", async () => {
    const { mail, notifier } = await start({ knows: () => true });
    await mail.close();
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "retry" });
  });

  test("without an address of a list there is no channel", async () => {
    const settings = EmailSettings.parse({ from: "alerts@acme.example", host: "127.0.0.1" });
    const notifier = createEmailNotifier(settings, testNotifierContext);
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "refused" });
  });
});

describe("through Amazon SES", () => {
  const settings = EmailSettings.parse({ transport: "ses", from: "alerts@acme.example" });

  function notifierOn(result: CloudMailResult, raws: string[] = []) {
    const context: NotifierContext = {
      ...testNotifierContext,
      cloudMail: {
        send: async ({ from, to, raw }) => {
          raws.push(`${from} ${to} ${Buffer.from(raw).toString("utf8")}`);
          return result;
        },
      },
    };
    return createEmailNotifier(settings, context);
  }

  test("the very same mail goes out", async () => {
    const raws: string[] = [];
    const outcome = await notifierOn({ outcome: "accepted" }, raws).send(messageOf(), ada);
    expect(outcome).toMatchObject({
      outcome: "sent",
      receipt: expect.stringMatching(/^</u) as unknown,
    });
    const [raw = ""] = raws;
    expect(raw).toMatch(/^alerts@acme\.example ada@acme\.example /u);
    expect(readMail(raw.slice(raw.indexOf("From:"))).html).toContain("PLAN-7 Map");
  });

  test.each<[CloudMailResult, object]>([
    [{ outcome: "throttled", reason: "x" }, { outcome: "retry" }],
    [{ outcome: "unreached", reason: "x" }, { outcome: "retry" }],
    [{ outcome: "unanswered", reason: "x" }, { outcome: "uncertain" }],
    [{ outcome: "refused", reason: "x" }, { outcome: "refused" }],
    [
      { outcome: "refused", reason: "x", isClosed: true },
      { outcome: "refused", isGone: true },
    ],
  ])("%o is %o", async (result, outcome) => {
    expect(await notifierOn(result).send(messageOf(), ada)).toMatchObject(outcome);
  });

  test("a hub that does not run on AWS says so", async () => {
    const notifier = createEmailNotifier(settings, testNotifierContext);
    expect(await notifier.send(messageOf(), ada)).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("AWS") as unknown,
    });
  });
});

test.each<[object, string]>([
  [{ host: undefined }, "a mail server without a name"],
  [{ host: "https://smtp.acme.example" }, "a host that is a URL"],
  [{ port: 22 }, "a port for something else"],
  [{ user: "x" }, "a user without a password"],
  [{ user: "x", password: "y", security: "none" }, "a password without encryption"],
  [{ from: "Throughline <a@b.example>" }, "a sender with a name in it"],
  [{ to: "a@b.example, c@d.example" }, "two addresses"],
])("%o is refused: %s", (parts) => {
  const good = { from: "alerts@acme.example", host: "smtp.acme.example" };
  expect(EmailSettings.safeParse(good).success).toBe(true);
  expect(EmailSettings.safeParse({ ...good, ...parts }).success).toBe(false);
});
