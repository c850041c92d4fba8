import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";

import type { Message } from "#shared/kit/notifier.ts";
import { instantOf } from "#shared/model/time.ts";
import { hostileTitles } from "#shared/testing/hostile-titles.ts";

import { payloadBytesMax, renderPayload } from "./payload.ts";

const Payload = z.looseObject({
  type: z.string(),
  data: z.looseObject({ sentence: z.string(), isShortened: z.boolean().optional() }),
});

function messageOf(text: string, parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "k",
    reason: "opened",
    severity: "warning",
    title: text.slice(0, 400),
    sentence: text,
    path: Array.from({ length: 40 }, (_, at) => ({
      id: String(at),
      role: "ancestor" as const,
      label: text.slice(0, 400),
      url: `https://jira.example/${"x".repeat(300)}`,
    })),
    why: text,
    nextStep: text,
    url: "https://hub.example/alerts/1",
    at: instantOf(Date.UTC(2026, 10, 21, 8)),
    sections: Array.from({ length: 30 }, () => ({
      title: text.slice(0, 400),
      lines: Array.from({ length: 50 }, () => ({ text: text.slice(0, 400) })),
      more: 3,
    })),
    ...parts,
  };
}

test.each([
  ["alert", "resolved", "alert.resolved"],
  ["group", "opened", "group.opened"],
  ["digest", "opened", "digest.published"],
  ["baseline", "opened", "baseline.published"],
] as const)("%s %s is %s", (kind, reason, type) => {
  const body = renderPayload(messageOf("x", { kind, reason, path: [], sections: [] }));
  expect(Payload.parse(JSON.parse(body)).type).toBe(type);
});

test("whatever is told, it stays below 20 kB and says when something was left out", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 3000, unit: "binary" }),
    fc.constantFrom("\u0000".repeat(5000), "🚚".repeat(2000), '"\\'.repeat(3000)),
  );
  fc.assert(
    fc.property(text, (value) => {
      const body = renderPayload(messageOf(value));
      expect(Buffer.byteLength(body)).toBeLessThan(payloadBytesMax);
      const { data } = Payload.parse(JSON.parse(body));
      const isWhole = data.sentence === value && value.length <= 2000;
      expect(data.isShortened === true || isWhole).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("lines that are left out are counted", () => {
  const sections = [
    { title: "New", lines: Array.from({ length: 500 }, () => ({ text: "y".repeat(90) })) },
  ];
  const parsed: unknown = JSON.parse(renderPayload(messageOf("x", { path: [], sections })));
  const kept = z
    .object({
      data: z.object({
        sections: z.tuple([z.object({ lines: z.array(z.unknown()), more: z.number() })]),
      }),
    })
    .parse(parsed).data.sections[0];
  expect(kept.lines.length + kept.more).toBe(500);
});

test("addresses that no browser should open are left out", () => {
  const path = [{ id: "1", role: "subject" as const, label: "x", url: "javascript:alert(1)" }];
  expect(renderPayload(messageOf("x", { path, sections: [] }))).not.toContain("javascript:");
});

test.each(hostileTitles)("$what comes out as it went in", ({ text: whole }) => {
  const text = whole.slice(0, 400);
  const message = messageOf(text, { path: [], sections: [] });
  const { data } = Payload.parse(JSON.parse(renderPayload(message)));
  // The receiver alone knows what would be harmful where it shows this.
  expect(data).toMatchObject({ title: text, sentence: text });
});
