import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import { readInstant } from "#shared/model/time.ts";
import { specsPath } from "#shared/testing/specs.ts";

import fixture from "./fixtures/webhook-events.json" with { type: "json" };
import { asanaWebhook } from "./webhook.ts";

const secret = "7d1f3c0c4e1b4a8f9f1f6f2f3f4f5f6f";
const receivedAt = readInstant("2026-11-21T08:00:00.000Z");

function verify(
  body: string,
  headers: Record<string, string>,
  secrets: readonly string[] = [secret],
) {
  if (!receivedAt) throw new Error("not a moment");
  const delivery = { headers, query: {}, body: Buffer.from(body), receivedAt };
  return asanaWebhook.verify(delivery, secrets);
}
const signed = (body: string, key = secret) => ({
  "x-hook-signature": createHmac("sha256", key).update(body).digest("hex"),
});
const body = JSON.stringify(fixture.payload);

describe("Asana's webhooks", () => {
  const vectors = specsPath("vectors", "webhook-signatures.json");

  test.skipIf(vectors === undefined)(
    "the recorded delivery verifies, and no other body does",
    () => {
      const all = z
        .array(
          z.looseObject({
            id: z.string(),
            secret: z.string(),
            rawBody: z.string(),
            expect: z.string(),
          }),
        )
        .parse(JSON.parse(readFileSync(vectors ?? "", "utf8")));
      const vector = all.find(({ id }) => id === "asana-x-hook-signature");
      if (!vector) throw new Error("the vector is gone");
      const headers = { "x-hook-signature": vector.expect };
      expect(verify(vector.rawBody, headers, ["another", vector.secret]).outcome).toBe("accepted");
      expect(verify(`${vector.rawBody} `, headers, [vector.secret]).outcome).toBe("unverified");
    },
  );

  test("any of several secrets may have signed; the same bytes have the same id", () => {
    const first = verify(body, signed(body), ["old", secret]);
    expect(first).toMatchObject({ outcome: "accepted" });
    expect(verify(body, signed(body))).toEqual(first);
  });

  test.each([
    ["a missing signature", body, {}, [secret]],
    ["a flipped bit", body.replace("changed", "chanfed"), signed(body), [secret]],
    ["no secret at all", body, signed(body, ""), []],
    ["a signature of another length", body, { "x-hook-signature": "00" }, [secret]],
  ])("%s is refused", (_case, text, headers, secrets) => {
    expect(verify(text, headers, secrets).outcome).toBe("unverified");
  });

  test("a heartbeat has nothing to do, and signed nonsense is malformed", () => {
    expect(verify('{"events":[]}', signed('{"events":[]}')).outcome).toBe("ignored");
    for (const text of ["{", "{}", "null", '{"events":1}']) {
      expect(verify(text, signed(text)).outcome).toBe("malformed");
    }
  });

  test("a handshake is answered with the secret it introduces, an unusable one is not", () => {
    expect(verify("{}", { "x-hook-secret": secret }, [])).toEqual({
      outcome: "handshake",
      secret,
      responseHeaders: { "X-Hook-Secret": secret },
    });
    expect(verify("{}", { "x-hook-secret": "a\r\nb" }, []).outcome).toBe("malformed");
  });
});
