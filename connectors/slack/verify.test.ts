import { describe, expect, test } from "vitest";

import type { Delivery } from "#shared/model/delivery.ts";
import { Instant, instantOf } from "#shared/model/time.ts";

import { slackInteractions } from "./interactions.ts";
import { pressRequest, signatureOf } from "./simulator/press.ts";
import type { PostedMessage } from "./simulator/state.ts";
import { slackWebhook } from "./verify.ts";

/**
 * The worked example of https://docs.slack.dev/authentication/verifying-requests-from-slack (read 2026-11);
 * its secret has been public for years.
 */
const vector = {
  secret: "8f742231b10e8888abcd99yyyzzz85a5",
  timestamp: "1531420618",
  body:
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
};
const vectorMs = Number(vector.timestamp) * 1000;

function delivery(body: string, headers: Readonly<Record<string, string>>): Delivery {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    headers: Object.fromEntries(lower),
    query: {},
    body: Buffer.from(body),
    receivedAt: Instant.parse("2026-11-21T08:00:00.000Z"),
  };
}

function asSent(change: Partial<typeof vector> = {}): Delivery {
  const { timestamp, body, signature } = { ...vector, ...change };
  return delivery(body, {
    "X-Slack-Request-Timestamp": timestamp,
    "X-Slack-Signature": signature,
  });
}

describe("the example that Slack publishes", () => {
  test("its signature holds; a slash command has no payload, and is none of ours", () => {
    const verdict = slackWebhook.verify(asSent(), [vector.secret], vectorMs + 30_000);
    expect(verdict).toEqual({ outcome: "malformed", reason: "not-a-payload" });
    const { "X-Slack-Signature": signature } = signatureOf(vector.body, vector.secret, 1531420618);
    expect(signature).toBe(vector.signature);
  });

  test("while a secret is being replaced either is good", () => {
    const verify = (secrets: readonly string[]) =>
      slackWebhook.verify(asSent(), secrets, vectorMs).outcome;
    expect(verify(["the-new-secret", vector.secret])).toBe("malformed");
    expect(verify([vector.secret, "the-old-secret"])).toBe("malformed");
    expect(verify([`the-new-secret ${vector.secret}`])).toBe("malformed");
    expect(verify([`the-new-secret${vector.secret}`])).toBe("unverified");
    expect(verify([" "])).toBe("unverified");
    expect(verify(["the-new-secret", "the-old-secret"])).toBe("unverified");
  });

  test.each([
    ["a changed byte of the body", { body: vector.body.replace("roadrunner", "roadrunnes") }],
    ["a byte more", { body: `${vector.body}&` }],
    ["the decoded body", { body: decodeURIComponent(vector.body) }],
    ["another time than the signed one", { timestamp: "1531420619" }],
    ["a time with a sign", { timestamp: "+1531420618" }],
    ["no time at all", { timestamp: "" }],
    ["a time that is none", { timestamp: "NaN" }],
    ["another version", { signature: vector.signature.replace("v0=", "v1=") }],
    ["no version", { signature: vector.signature.slice(3) }],
    ["capitals", { signature: `v0=${vector.signature.slice(3).toUpperCase()}` }],
    ["half a signature", { signature: vector.signature.slice(0, 35) }],
    ["a changed digit", { signature: vector.signature.replace("a2114", "a2115") }],
    ["an empty signature", { signature: "" }],
  ])("%s is refused", (_what, change) => {
    const verdict = slackWebhook.verify(asSent(change), [vector.secret], vectorMs);
    expect(verdict.outcome).toBe("unverified");
  });

  test.each([
    ["no secret", []],
    ["an empty secret", [""]],
    ["another secret", ["8f742231b10e8888abcd99yyyzzz85a6"]],
  ])("%s opens nothing", (_what, secrets) => {
    expect(slackWebhook.verify(asSent(), secrets, vectorMs).outcome).toBe("unverified");
  });

  test("a recording is refused after five minutes, and so is a request of the future", () => {
    const at = (offMs: number) =>
      slackWebhook.verify(asSent(), [vector.secret], vectorMs + offMs).outcome;
    expect([at(300_000), at(-300_000)]).toEqual(["malformed", "malformed"]);
    expect([at(300_001), at(-300_001)]).toEqual(["unverified", "unverified"]);
  });

  test.each(["X-Slack-Signature", "X-Slack-Request-Timestamp"])(
    "without %s it is refused",
    (name) => {
      const { headers, ...rest } = asSent();
      const others = Object.entries(headers).filter(([key]) => key !== name.toLowerCase());
      const less = { ...rest, headers: Object.fromEntries(others) };
      expect(slackWebhook.verify(less, [vector.secret], vectorMs).outcome).toBe("unverified");
    },
  );
});

const nowMs = Date.parse("2026-11-21T08:00:00Z");
const secret = "a-signing-secret";

function signed(body: string, more: Readonly<Record<string, string>> = {}): Delivery {
  return delivery(body, { ...signatureOf(body, secret, nowMs / 1000), ...more });
}

const verify = (sent: Delivery) => slackWebhook.verify(sent, [secret], nowMs);
const form = (payload: unknown) =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

describe("what a signed request is", () => {
  test("a look at the certificate is answered and means nothing, signed or not", () => {
    const ignored = { outcome: "ignored", reason: "ssl-check" };
    expect(verify(signed("ssl_check=1&token=x"))).toEqual(ignored);
    expect(verify(delivery("ssl_check=1&token=x", {}))).toEqual(ignored);
    const both = `ssl_check=1&${form({ type: "block_actions", actions: [] })}`;
    expect(verify(delivery(both, {})).outcome).toBe("unverified");
  });

  test.each([
    ["a shortcut", { type: "shortcut" }, "ignored"],
    ["a dialog", { type: "view_submission", view: {} }, "ignored"],
    ["a press of nothing", { type: "block_actions", actions: [] }, "ignored"],
    [
      "a press of somebody else's button",
      { type: "block_actions", actions: [{ action_id: "approve", block_id: "dispatch:1 a" }] },
      "ignored",
    ],
    [
      "a press of ours in a block of somebody else",
      { type: "block_actions", actions: [{ action_id: "acknowledge", block_id: "xyz" }] },
      "ignored",
    ],
    ["a choice taken back", pressOf("snooze", null), "ignored"],
    ["a choice that there is not", pressOf("snooze", "400"), "ignored"],
    ["actions that are no list", { type: "block_actions", actions: {} }, "malformed"],
    ["no object", "text", "malformed"],
    ["an object without a type", {}, "malformed"],
  ])("%s", (_what, payload, outcome) => {
    expect(verify(signed(form(payload))).outcome).toBe(outcome);
  });

  test("a payload that is not JSON, and a body that is no form, are malformed", () => {
    for (const body of ["payload=%7B", "payload=", "", '{"type":"url_verification"}']) {
      expect(verify(signed(body)).outcome).toBe("malformed");
    }
  });
});

function pressOf(actionId: string, choice: string | null) {
  return {
    type: "block_actions",
    actions: [
      {
        action_id: actionId,
        block_id: "dispatch:channel:conn_0000000001#7 abcd",
        action_ts: "1763712000.1",
        selected_option: choice === null ? null : { value: choice },
      },
    ],
  };
}

const posted: PostedMessage = {
  at: instantOf(nowMs),
  channel: "C0ALIGNMENT",
  ts: "1763712000.000001",
  reactions: [],
  message: {
    text: "No goal above PLAN-1",
    blocks: [
      {
        type: "actions",
        block_id: "dispatch:channel:conn_0000000001#7 abcd",
        elements: [
          {
            type: "button",
            action_id: "acknowledge",
            text: { type: "plain_text", text: "Acknowledge" },
            value: "dispatch:channel:conn_0000000001#7",
          },
        ],
      },
    ],
  },
};

function pressed(count: number): Delivery {
  const request = pressRequest(
    posted,
    { actionId: "acknowledge" },
    { url: "https://hub.example", secret, now: instantOf(nowMs), count },
  );
  if (!request) throw new Error("there is no such button");
  return delivery(request.body, request.headers);
}

describe("a press", () => {
  test("is accepted; its retries are the same delivery, and another press is another", () => {
    const first = verify(pressed(1));
    if (first.outcome !== "accepted") throw new Error(first.outcome);
    const retried = { ...pressed(1) };
    const headers = { ...retried.headers, "x-slack-retry-num": "1" };
    expect(verify({ ...retried, headers })).toEqual(first);
    const second = verify(pressed(2));
    expect(second).toMatchObject({ outcome: "accepted" });
    expect(second).not.toMatchObject({ deliveryId: first.deliveryId });
  });

  test("of it nothing is kept that tells who pressed, what the message said, or how to answer", () => {
    const sent = pressed(1);
    const verdict = verify(sent);
    const kept = verdict.outcome === "accepted" ? verdict.keep : undefined;
    const text = decodeURIComponent(Buffer.from(kept ?? []).toString("utf8"));
    expect(text).toContain("dispatch:channel:conn_0000000001#7");
    expect(text).not.toMatch(/anna|U0PRESSED|response_url|hooks|token|No goal/u);
    const reduced = { ...sent, body: kept ?? Buffer.from("") };
    expect(slackInteractions.read(reduced)).toEqual(slackInteractions.read(sent));
    expect(slackInteractions.read(reduced)).toEqual([
      { dispatchId: "dispatch:channel:conn_0000000001#7", action: { verb: "acknowledge" } },
    ]);
  });

  test.each([
    ["snooze", "7", { verb: "snooze", days: 7 }],
    ["snooze", "until-change", { verb: "snooze-until-change" }],
    ["contest", "not-ours", { verb: "contest", reason: "not-ours" }],
  ])("%s %s is read as %o", (actionId, choice, action) => {
    const sent = signed(form(pressOf(actionId, choice)));
    expect(verify(sent).outcome).toBe("accepted");
    expect(slackInteractions.read(sent)).toEqual([
      { dispatchId: "dispatch:channel:conn_0000000001#7", action },
    ]);
  });

  test("what cannot be read throws, so that it is set aside with its reason", () => {
    expect(() => slackInteractions.read(signed("payload=x"))).toThrow(/cannot be read/u);
  });
});
