import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { PulledPage } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";

import { smallSite } from "./simulator/small-site.ts";
import { connectJira, type JiraWorld, nativeIdOf, startedAt } from "./simulator/test-world.ts";

const startMs = Date.parse(startedAt);
const issues = 1600;
const seed = {
  siteName: "bulk",
  users: smallSite.users,
  credentials: smallSite.credentials,
  statuses: smallSite.statuses,
  bulk: { issues, from: instantOf(startMs - 730 * dayMs), until: instantOf(startMs - dayMs) },
};

/** What happens after a page was stored; `at` picks the request that is hit or the issue that is changed. */
const Mishap = fc.record({
  kind: fc.constantFrom(
    "crash",
    "throttled",
    "down",
    "reset",
    "truncated",
    "tokens-expired",
    "edited",
    "deleted",
  ),
  afterPages: fc.integer({ min: 0, max: 6 }),
  at: fc.integer({ min: 0, max: 9 }),
});
type Mishap = typeof Mishap extends fc.Arbitrary<infer T> ? T : never;

function befall({ jira }: JiraWorld, { kind, at }: Mishap): unknown {
  const hit = { on: "request", times: 1, skip: at, pathPrefix: "/" } as const;
  const key = `BULK${at + 1}-${at + 2}`;
  switch (kind) {
    case "throttled":
      return jira.faults.arm({ ...hit, kind: "status", status: 429, retryAfterSeconds: 9 });
    case "down":
      return jira.faults.arm({ ...hit, kind: "status", status: 503 });
    case "reset":
      return jira.faults.arm({ ...hit, kind: "reset" });
    case "truncated":
      return jira.faults.arm({ ...hit, kind: "truncate" });
    case "tokens-expired":
      return jira.perform({ kind: "expirePageTokens" });
    case "edited":
      if (jira.state.issue(key)) jira.perform({ kind: "updateIssue", key, summary: `Edit ${at}` });
      return undefined;
    case "deleted":
      if (jira.state.issue(key)) {
        jira.perform({ kind: "deleteIssue", key, deleteSubtasks: true });
      }
      return undefined;
    case "crash":
      return undefined;
  }
}

/** Keeps the newer of two states of a record. */
function store(stored: Map<string, Fact>, { changes }: PulledPage): void {
  for (const change of changes) {
    if (change.kind !== "upserted") continue;
    const before = stored.get(nativeIdOf(change))?.sourceVersion ?? 0;
    if (before <= change.record.sourceVersion) stored.set(nativeIdOf(change), change.record);
  }
}

/** Pulls as the hub does: a page is stored, then its position; after a failure or a crash another process goes on. */
async function pullThrough(world: JiraWorld, mishaps: readonly Mishap[]) {
  const stored = new Map<string, Fact>();
  const coming = [...mishaps];
  let position: string | undefined;
  for (let attempts = 0; attempts < 200; attempts += 1) {
    let pages = 0;
    try {
      for await (const page of world.reopen().pull("issues", position)) {
        store(stored, page);
        ({ position } = page);
        if (page.isLast) return { stored, position };
        pages += 1;
        const [next] = coming;
        if (!next || pages <= next.afterPages) continue;
        coming.shift();
        befall(world, next);
        if (next.kind === "crash") break;
      }
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      world.clock.advance(10_000);
    }
  }
  throw new Error("the run never ended");
}

describe.each([
  ["by id, with an API token", {}],
  ["in lanes, with a consent", { byConsent: true }],
] as const)("a backfill %s", (_name, way) => {
  test("through crashes, refusals, dead tokens and edits ends with what the site holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(Mishap, { minLength: 1, maxLength: 6 }), async (mishaps) => {
        const world = await connectJira({ seed, ...way });
        try {
          const { stored, position } = await pullThrough(world, mishaps);
          world.jira.faults.clear();
          world.clock.advance(minuteMs);
          for await (const page of world.reopen().pull("issues", position)) {
            store(stored, page);
          }
          const wrong: string[] = [];
          for (let number = 0; number < issues; number += 1) {
            const issue = world.jira.state.issue(String(1_000_000 + number));
            const fact = stored.get(String(1_000_000 + number));
            const title = fact?.type === "work-item" ? fact.title : undefined;
            if (issue && title !== issue.summary) wrong.push(issue.key);
          }
          expect(wrong).toEqual([]);
        } finally {
          await world.jira.close();
        }
      }),
      { numRuns: 12, seed: 20_261_121 },
    );
  }, 120_000);
});
