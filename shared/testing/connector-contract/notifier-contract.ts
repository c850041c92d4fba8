import { afterEach, describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import type { Message, Notifier } from "#shared/kit/notifier.ts";
import { instantOf } from "#shared/model/time.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import type { NotifierCase, NotifierStage, TypedSettings } from "./contract-case.ts";
import { failureOf } from "./reads.ts";

const hostile =
  "<!channel> <@U0001> @here #general <https://evil.example|click> <script>alert(1)</script> " +
  '*bold* `code` [link](https://evil.example) &lt;!everyone&gt; "quoted" \u0000\u202Ereversed';

function messageOf(text: string, at = 0): Message {
  return {
    idempotencyKey: `alert:contract:opened:${at}`,
    reason: "opened",
    severity: "warning",
    title: text,
    sentence: text,
    path: [
      { id: "a", role: "ancestor", label: text, url: "https://tool.example/browse/A-1" },
      { id: "b", role: "subject", label: text, url: "javascript:alert(1)" },
    ],
    why: text,
    nextStep: text,
    url: "https://hub.example/alerts/1",
    at: instantOf(Date.UTC(2026, 10, 21, 8)),
  };
}

/** A channel delivers, escapes, and tells what can be tried again from what cannot. */
export function notifierContract(connector: Connector, notifierCase: NotifierCase): void {
  const stages: NotifierStage[] = [];
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.close();
  });

  async function begin(change = (good: TypedSettings) => good) {
    const stage = await notifierCase.start();
    stages.push(stage);
    const settings = connector.settings.parse(change(stage.settings));
    const build = await connector.notifier?.();
    if (!build) throw new Error(`${connector.name} has a case for a notifier and is none`);
    // Parsed by this connector's own schema just now, which is what its factory was typed with.
    const notifier: Notifier = build(settings as never, testNotifierContext);
    const secrets = secretFields(connector).map((name) => String(settings[name]));
    return { stage, notifier, secrets };
  }

  test("a probe finds a good address and bothers nobody", async () => {
    const { stage, notifier, secrets } = await begin();
    const { identity } = await notifier.probe();
    expect(identity).toMatch(/\S/u);
    for (const secret of secrets) expect(identity).not.toContain(secret);
    expect(stage.count()).toBe(0);
  });

  test.each(notifierCase.refused)("$what is refused by the probe", async ({ settings, codes }) => {
    const { notifier, secrets } = await begin(settings);
    const failure = await failureOf(notifier.probe());
    expect(failure).toBeInstanceOf(HubError);
    expect(codes).toContain(failure instanceof HubError && failure.code);
    for (const secret of secrets) expect(String(failure)).not.toContain(secret);
  });

  test("hostile text mentions nobody, links nowhere and is markup of nothing", async () => {
    const { stage, notifier } = await begin();
    const message = messageOf(hostile);
    expect(await notifier.send(message)).toMatchObject({ outcome: "sent" });
    expect(stage.count()).toBe(1);
    expect(stage.activeParts()).toEqual(notifierCase.rightfulParts(message));
  });

  test("texts of any length are sent", async () => {
    const { stage, notifier } = await begin();
    for (const [at, text] of ["x", "🚚", hostile.repeat(200)].entries()) {
      expect([text.slice(0, 9), await notifier.send(messageOf(text, at))]).toMatchObject([
        text.slice(0, 9),
        { outcome: "sent" },
      ]);
    }
    expect(stage.count()).toBe(3);
  });

  describe("a failure of the channel", () => {
    test("429 is tried again when it says", async () => {
      const { stage, notifier } = await begin();
      stage.faults.arm({ on: "request", kind: "status", status: 429, retryAfterSeconds: 7 });
      const outcome = await notifier.send(messageOf("x"));
      const said = notifierCase.saysWhen === false ? {} : { afterMs: 7000 };
      expect(outcome).toMatchObject({ outcome: "retry", ...said });
    });

    test.each([
      { kind: "status", status: 500 },
      { kind: "status", status: 503 },
    ] as const)("%o is tried again later", async (fault) => {
      const { stage, notifier, secrets } = await begin();
      stage.faults.arm({ on: "request", ...fault });
      const outcome = await notifier.send(messageOf("x"));
      expect(outcome).toMatchObject({ outcome: "retry", afterMs: expect.any(Number) as unknown });
      for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
    });

    test.each([{ kind: "reset" }, { kind: "truncate" }] as const)(
      "%o may have brought the message: it is not called sent, refused, or safe to repeat",
      async (fault) => {
        const { stage, notifier, secrets } = await begin();
        stage.faults.arm({ on: "request", ...fault });
        const outcome = await notifier.send(messageOf("x"));
        expect(outcome).toMatchObject({ outcome: "uncertain" });
        for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
      },
    );

    test.each([400, 401, 403, 404, 410])("%i is final", async (status) => {
      const { stage, notifier, secrets } = await begin();
      stage.faults.arm({ on: "request", kind: "status", status });
      const outcome = await notifier.send(messageOf("x"));
      expect(outcome).toMatchObject({ outcome: "refused" });
      for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
    });
  });
}
