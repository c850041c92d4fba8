import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import { Instant } from "#shared/model/time.ts";
import { specsPath } from "#shared/testing/specs.ts";

import updated from "./fixtures/webhook-issue-updated.json" with { type: "json" };
import { verifySigned } from "./webhook.ts";

const secret = "a webhook secret";

function verify(
  body: string,
  headers: Record<string, string>,
  secrets: readonly string[] = [secret],
) {
  const receivedAt = Instant.parse("2026-11-21T10:00:00.000Z");
  const delivery = { headers, query: {}, body: Buffer.from(body), receivedAt };
  return verifySigned(delivery, secrets);
}

const sign = (body: string, key = secret) => ({
  "x-hub-signature": `sha256=${createHmac("sha256", key).update(body).digest("hex")}`,
});
const text = JSON.stringify(updated.payload);

describe("Jira's signature", () => {
  const vectors = specsPath("vectors", "webhook-signatures.json");
  test.skipIf(vectors === undefined)(
    "Atlassian's own vector verifies, one flipped bit does not",
    () => {
      const Vector = z.object({
        id: z.string(),
        secret: z.string(),
        rawBody: z.string(),
        headers: z.record(z.string(), z.string()),
      });
      const all = z
        .array(Vector.or(z.unknown()))
        .parse(JSON.parse(readFileSync(vectors ?? "", "utf8")));
      const vector = all
        .map((each) => Vector.safeParse(each).data)
        .find((each) => each?.id === "atlassian-x-hub-signature");
      const headers = { "x-hub-signature": vector?.headers["X-Hub-Signature"] ?? "" };
      const secrets = [vector?.secret ?? ""];
      // The signed text is no JSON, so a good signature shows as a malformed body.
      expect(verify(vector?.rawBody ?? "", headers, secrets).outcome).toBe("malformed");
      expect(verify("Hello World?", headers, secrets).outcome).toBe("unverified");
    },
  );

  test("any of the current secrets may have signed, and an empty one never", () => {
    expect(verify(text, sign(text), ["new", secret]).outcome).toBe("accepted");
    expect(verify(text, sign(text), []).outcome).toBe("unverified");
    expect(verify(text, sign(text, ""), [""]).outcome).toBe("unverified");
  });

  test("a missing, shortened, foreign or other method's signature is refused", () => {
    const good = sign(text)["x-hub-signature"];
    const wrong = ["", "sha256=", good.slice(0, -2), good.replace("sha256", "sha1"), "nonsense"];
    for (const signature of [...wrong, sign(`${text} `)["x-hub-signature"]]) {
      expect(verify(text, { "x-hub-signature": signature }).outcome).toBe("unverified");
    }
    expect(verify(text, {}).outcome).toBe("unverified");
  });
});

describe("a verified delivery", () => {
  test("is known by Jira's identifier, which retries share, else by its bytes", () => {
    const identified = { ...sign(text), "x-atlassian-webhook-identifier": "id-1" };
    expect(verify(text, identified)).toEqual({ outcome: "accepted", deliveryId: "id-1" });
    expect(verify(text, sign(text))).toEqual(verify(text, sign(text)));
  });

  test("of a kind that says nothing to us is acknowledged, one that is no event is malformed", () => {
    const comment = JSON.stringify({ webhookEvent: "comment_created" });
    expect(verify(comment, sign(comment)).outcome).toBe("ignored");
    for (const body of ["", "{", "[]", "null", "{}"]) {
      expect(verify(body, sign(body)).outcome).toBe("malformed");
    }
  });
});
