import { describe, expect, test } from "vitest";
import * as z from "zod";

import { classify } from "./errors.ts";
import paymentRequired from "./fixtures/error-payment-required.json" with { type: "json" };
import syncToken from "./fixtures/error-sync-token.json" with { type: "json" };

/** As superagent throws it: an error with the status and the whole response. */
function answered(status: number, body: unknown, headers: Record<string, string> = {}) {
  return Object.assign(new Error(`status ${status}`), { status, response: { body, headers } });
}
const said = (message: string) => ({ errors: [{ message }] });

describe("Asana's failures", () => {
  test.each([
    [401, said("Not Authorized"), "connector.unauthorized"],
    [402, paymentRequired.payload, "connector.plan-limited"],
    [403, said("Forbidden"), "connector.forbidden"],
    [404, said("task: Unknown object: 12"), "connector.not-found"],
    [400, said("workspace: Not a recognized ID: x"), "connector.misconfigured"],
    [400, said("offset: Your pagination token has expired."), "connector.cursor-expired"],
    [412, syncToken.payload, "connector.cursor-expired"],
    [429, said("Please, be chill."), "connector.rate-limited"],
    [
      500,
      { errors: [{ message: "Server Error", phrase: "6 sad squid" }] },
      "connector.unavailable",
    ],
    [503, "<html>", "connector.unavailable"],
    [301, undefined, "connector.misconfigured"],
  ] as const)("status %i with %o is %s", (status, body, code) => {
    expect(classify(answered(status, body), "tasks of project 12").code).toBe(code);
  });

  test("a rate limit carries Asana's own wait, and a minute where it says none", () => {
    const wait = (headers: Record<string, string>) =>
      classify(answered(429, {}, headers), "tasks").retryAfterMs;
    expect(wait({ "retry-after": "7" })).toBe(7000);
    expect(wait({})).toBe(60_000);
    expect(wait({ "retry-after": "soon" })).toBe(60_000);
    // No moment lies so far ahead: what keeps it would fail.
    expect(wait({ "retry-after": "1e15" })).toBe(24 * 3_600_000);
  });

  test.each([
    [{ code: "ENOTFOUND" }, "connector.unreachable"],
    [{ code: "ECONNREFUSED" }, "connector.unreachable"],
    [{ code: "CERT_HAS_EXPIRED" }, "connector.unreachable"],
    [{ code: "ECONNRESET" }, "connector.unavailable"],
    [{ code: "ECONNABORTED", timeout: 30_000 }, "connector.unavailable"],
    [{}, "connector.unavailable"],
  ])("without an answer, %o is %s", (failure, code) => {
    expect(classify(Object.assign(new Error("failed"), failure), "tasks").code).toBe(code);
  });

  test("drift names paths, never values; what is classified already stays", () => {
    const { error } = z.object({ gid: z.string() }).safeParse({ gid: ["secret-value"] });
    const drift = classify(error, "tasks");
    expect(drift).toMatchObject({ code: "connector.drifted" });
    expect(drift.message).toContain("gid: invalid_type");
    expect(drift.message).not.toContain("secret-value");
    expect(classify(drift, "something else")).toBe(drift);
  });
});
