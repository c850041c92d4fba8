import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { Delivery } from "#shared/model/delivery.ts";
import { Instant } from "#shared/model/time.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { bambooWebhook, employeeIdsOf } from "./webhook.ts";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = Date.parse("2026-11-21T08:00:00Z");
const nowSeconds = String(nowMs / 1000);

function fixture(name: string): unknown {
  const text = readFileSync(join(import.meta.dirname, "fixtures", `${name}.json`), "utf8");
  return (JSON.parse(text) as { payload: unknown }).payload;
}

function delivery(body: string, timestamp = nowSeconds, key = secret): Delivery {
  return {
    headers: {
      "x-bamboohr-timestamp": timestamp,
      "x-bamboohr-signature": createHmac("sha256", key).update(`${body}${timestamp}`).digest("hex"),
    },
    query: {},
    body: Buffer.from(body),
    receivedAt: Instant.parse("2026-11-21T08:00:00.000Z"),
  };
}

const body = JSON.stringify(fixture("webhook-thin"));

describe("bambooWebhook", () => {
  test("a delivery signed over body and timestamp is accepted, with the same id each time", () => {
    const verdict = bambooWebhook.verify(delivery(body), ["old-key", secret], nowMs);
    expect(verdict).toMatchObject({ outcome: "accepted" });
    expect(bambooWebhook.verify(delivery(body), [secret], nowMs)).toEqual(verdict);
  });

  test.each([
    ["of today's kind", "webhook-thin", 0],
    ["of the older kind", "webhook-field-based", 0],
    ["retried for two and a half hours", "webhook-thin", -155 * 60],
    ["from a clock that runs ahead", "webhook-field-based", 4 * 60],
  ])("one %s is accepted", (_what, name, secondsOff) => {
    const sent = delivery(JSON.stringify(fixture(name)), String(nowMs / 1000 + secondsOff));
    expect(bambooWebhook.verify(sent, [secret], nowMs)).toMatchObject({ outcome: "accepted" });
  });

  test.each([
    [
      "a flipped bit",
      { ...delivery(body), body: Buffer.from(body.replace("157", "156")) },
      [secret],
    ],
    ["another key", delivery(body, nowSeconds, "other"), [secret]],
    ["no secret", delivery(body), []],
    ["an empty secret", delivery(body, nowSeconds, ""), [""]],
    ["no headers", { ...delivery(body), headers: {} }, [secret]],
    ["an old timestamp", delivery(body, String(nowMs / 1000 - 7 * 3600)), [secret]],
    ["a timestamp of tomorrow", delivery(body, String(nowMs / 1000 + 86_400)), [secret]],
    ["milliseconds", delivery(body, String(nowMs)), [secret]],
  ])("%s is refused as unverified", (_what, sent, secrets) => {
    expect(bambooWebhook.verify(sent, secrets, nowMs)).toMatchObject({ outcome: "unverified" });
  });

  test("a timestamp cannot be swapped for a fresh one", () => {
    const old = delivery(body, String(nowMs / 1000 - 7 * 3600));
    const headers = { ...old.headers, "x-bamboohr-timestamp": nowSeconds };
    const verdict = bambooWebhook.verify({ ...old, headers }, [secret], nowMs);
    expect(verdict).toMatchObject({ outcome: "unverified" });
  });

  test("a signed body that is not JSON is malformed, one about other things is ignored", () => {
    expect(bambooWebhook.verify(delivery("{"), [secret], nowMs).outcome).toBe("malformed");
    const other = JSON.stringify({ type: "company.updated", data: { companyId: "1" } });
    expect(bambooWebhook.verify(delivery(other), [secret], nowMs).outcome).toBe("ignored");
  });

  test("both kinds of event name their employees", () => {
    expect(employeeIdsOf(fixture("webhook-thin"))).toEqual(["157"]);
    expect(employeeIdsOf(fixture("webhook-field-based"))).toEqual(["157", "158"]);
    for (const odd of [undefined, null, [], {}, { employees: {} }, { type: 1 }, "x"]) {
      expect(employeeIdsOf(odd)).toBeUndefined();
    }
  });
});

const vectors = specsPath("vectors", "webhook-signatures.json");
const recorded = specsPath("bamboohr", "webhook-event.fusebit.json");

describe.skipIf(vectors === undefined || recorded === undefined)("recorded material", () => {
  interface Vector {
    readonly id: string;
    readonly secret: string;
    readonly rawBody: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly mustNotEqual?: { readonly value: string };
  }

  function vector(): Vector {
    const all = JSON.parse(readFileSync(vectors ?? "", "utf8")) as readonly Vector[];
    const found = all.find(({ id }) => id === "bamboohr-body-then-timestamp");
    if (!found) throw new Error("the vector is missing");
    return found;
  }

  function asDelivery({ rawBody, headers }: Vector): Delivery {
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { ...delivery(rawBody), headers: Object.fromEntries(lower) };
  }

  test("the recorded delivery verifies at its time, and is too old today", () => {
    const given = vector();
    const sentMs = Number(given.headers["X-BambooHR-Timestamp"]) * 1000;
    const verify = (at: number) => bambooWebhook.verify(asDelivery(given), [given.secret], at);
    expect(verify(sentMs + 2000)).toMatchObject({ outcome: "accepted" });
    expect(verify(nowMs)).toMatchObject({ outcome: "unverified" });
  });

  test("the order that some guides give does not verify", () => {
    const given = vector();
    const signature = given.mustNotEqual?.value ?? "";
    const headers = { ...given.headers, "X-BambooHR-Signature": signature };
    const sentMs = Number(given.headers["X-BambooHR-Timestamp"]) * 1000;
    const verdict = bambooWebhook.verify(asDelivery({ ...given, headers }), [given.secret], sentMs);
    expect(verdict).toEqual({ outcome: "unverified", reason: "signature does not match" });
  });

  test("the recorded body names its employee", () => {
    expect(employeeIdsOf(JSON.parse(readFileSync(recorded ?? "", "utf8")))).toEqual(["5"]);
  });
});
