import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import type { Delivery } from "#shared/model/delivery.ts";
import { Instant } from "#shared/model/time.ts";

import { employeeIdOf, hibobWebhook } from "./webhook.ts";

const secret = "the-secret-that-hibob-showed";

function payloadOf(name: string): string {
  const text = readFileSync(join(import.meta.dirname, "fixtures", `${name}.json`), "utf8");
  return JSON.stringify(z.object({ payload: z.unknown() }).parse(JSON.parse(text)).payload);
}

function delivery(body: string, headers: Readonly<Record<string, string>> = {}): Delivery {
  const receivedAt = Instant.parse("2026-11-21T08:00:00.000Z");
  return { headers, query: {}, body: Buffer.from(body), receivedAt };
}

function signed(body: string, encoding: "base64" | "hex" = "base64", key = secret): Delivery {
  const signature = createHmac("sha512", key).update(body).digest(encoding);
  return delivery(body, { "bob-signature": signature });
}

const event = payloadOf("event-updated");

describe("hibobWebhook", () => {
  test.each(["base64", "hex"] as const)(
    "an event signed in %s is accepted, with the same id each time",
    (encoding) => {
      const verdict = hibobWebhook.verify(signed(event, encoding), ["old-secret", secret]);
      expect(verdict).toMatchObject({ outcome: "accepted" });
      expect(hibobWebhook.verify(signed(event), [secret])).toEqual(verdict);
    },
  );

  test.each([
    ["without a signature", delivery(event)],
    ["signed by somebody else", signed(event, "base64", "another-secret")],
    ["with a signature cut short", delivery(event, { "bob-signature": "AAAA" })],
    [
      "with something behind the signature",
      delivery(event, { "bob-signature": `${signed(event).headers["bob-signature"]}=` }),
    ],
  ])("an event %s is refused", (_what, sent) => {
    expect(hibobWebhook.verify(sent, [secret])).toMatchObject({ outcome: "unverified" });
  });

  test.each(["Ping test", '"Ping test"', '{"text":"Ping test"}'])(
    "the test %s is answered before there is a secret, and nothing is done",
    (body) => {
      expect(hibobWebhook.verify(delivery(body), [])).toMatchObject({ outcome: "ignored" });
      expect(employeeIdOf(Buffer.from(body))).toBeUndefined();
    },
  );

  test("what only looks like the test is no test", () => {
    const body = '{"text":"Ping test","type":"employee.updated","data":{"employeeId":"1"}}';
    expect(hibobWebhook.verify(delivery(body), [secret])).toMatchObject({ outcome: "unverified" });
  });

  test("events about something else are ignored", () => {
    const body = '{"type":"timeoff.request.created","data":{"employeeId":"1"}}';
    expect(hibobWebhook.verify(signed(body), [secret])).toMatchObject({ outcome: "ignored" });
  });
});

test.each(["event-updated", "event-table-entry"])("%s names the employee to read", (name) => {
  expect(employeeIdOf(Buffer.from(payloadOf(name)))).toBe("3332883854254932743");
});
