import type { Mutant } from "./mutant.ts";

/** The mechanisms without which the promises do not hold. Each must be missed by the simulator at once. */
export const mutants: readonly Mutant[] = [
  {
    name: "version-guard",
    without: "An older version of a record loses against a newer one",
    file: "shared/store/apply-changes.ts",
    edits: [
      {
        from: 'if (isOutdatedBy(incoming, existing)) return "stale";',
        to: 'if (existing.isRemoval && isOutdatedBy(incoming, existing)) return "stale";',
      },
    ],
  },
  {
    name: "tombstone",
    without: "What was removed stays removed when older news of it comes late",
    file: "shared/store/apply-changes.ts",
    edits: [
      {
        from: 'if (isOutdatedBy(incoming, existing)) return "stale";',
        to: 'if (!existing.isRemoval && isOutdatedBy(incoming, existing)) return "stale";',
      },
    ],
  },
  {
    name: "durable-inbox",
    without: "A delivery is acknowledged only once the inbox has it",
    file: "functions/receive/receive.ts",
    edits: [
      {
        from: "await deps.inbox.send(JSON.stringify(messageOf(incoming, connection.id, verdict)));",
        to: `await deps.inbox
        .send(JSON.stringify(messageOf(incoming, connection.id, verdict)))
        .catch(() => undefined);`,
      },
    ],
  },
  {
    name: "partial-batch",
    without: "A message that failed comes back",
    file: "functions/ingest/handler.ts",
    edits: [{ from: "return { batchItemFailures };", to: "return { batchItemFailures: [] };" }],
  },
  {
    name: "outbox",
    without: "What the bus did not take is published again",
    file: "functions/relay/handler.ts",
    edits: [
      {
        from: "await deps.bus.publish(events);",
        to: "await deps.bus.publish(events).catch(() => undefined);",
      },
    ],
  },
  {
    name: "dedup-key",
    without: "Who was told once is not told again",
    file: "functions/notify/create-dispatch.ts",
    edits: [{ from: 'state: "packed",', to: 'state: "waiting",' }],
  },
  {
    name: "reconcile",
    without: "What was missed or deleted unseen is found by comparing",
    file: "functions/pull/reconcile-collection.ts",
    edits: [
      {
        from: "const missing = all.filter(({ id }) => held.has(id) && !seen.has(id));",
        to: "const missing: typeof all = [];",
      },
      {
        from: "[...seen.keys()].filter((id) => !held.has(id))",
        to: "[...seen.keys()].slice(0, 0)",
      },
      { from: "await readLacking(deps, run, [...lacking, ...edited])", to: "edited.length * 0" },
    ],
  },
  {
    name: "watermark-window",
    without: "A run looks back before the beginning of the last one",
    file: "shared/kit/watermark.ts",
    edits: [
      {
        from: "return instantOf(Math.max(0, epochMsOf(startedAt) - overlapMs));",
        // As if it were the moment at which the last one ended.
        to: "return instantOf(epochMsOf(startedAt) + Math.min(overlapMs, 60_000));",
      },
    ],
  },
  {
    name: "cursor-after-write",
    without: "The cursor moves only after its page is stored",
    file: "functions/pull/pull-collection.ts",
    edits: [
      {
        from: "const rejected = await storePage(deps, { ...run, cursor }, page);",
        to: "const rejected: number = 0;",
      },
      {
        from: "      cursor = moved;\n",
        to: "      await storePage(deps, { ...run, cursor }, page);\n      cursor = moved;\n",
      },
    ],
  },
  {
    name: "refresh-lease",
    without: "Only one function at a time refreshes the tokens of a consent",
    file: "shared/store/refresh-lease.ts",
    edits: [
      { from: "if (holder !== nobody && untilMs > nowMs) return undefined;", to: "" },
      {
        from: `    condition: standing
      ? [
          [
            ["owner", "=", holder],
            ["untilMs", "=", untilMs],
          ],
        ]
      : [[["pk", "absent"]]],
  });
  return applied ? lease : undefined;`,
        to: `    condition: [],
  });
  return applied ? lease : undefined;`,
      },
    ],
  },
  {
    name: "cycle-check",
    without: "A walk enters nothing twice",
    file: "shared/graph/line-of-sight.ts",
    edits: [{ from: "if (this.#entered.has(id)) continue;", to: "" }],
  },
  {
    name: "conditional-write",
    without: "Who writes a record has seen what stood there",
    file: "shared/store/apply-changes.ts",
    edits: [
      {
        from: '  if (!current) return [[["pk", "absent"]]];\n',
        to: "  if (current !== null) return [];\n",
      },
    ],
  },
  {
    name: "half-batch",
    without: "A batch of which some could not be stored has failed",
    file: "shared/store/apply-changes.ts",
    edits: [
      {
        from: 'failure = results.find((result) => result.status === "rejected");',
        to: `if (results.some((result) => result.status === "fulfilled")) continue;
    failure = results.find((result) => result.status === "rejected");`,
      },
    ],
  },
  {
    name: "quarantine",
    without: "What could not be read is set aside with its reason",
    file: "functions/pull/pull-collection.ts",
    edits: [{ from: "await quarantine(deps.table, where, rejected);", to: "" }],
  },
  {
    name: "honest-unknown",
    without: "While a source stands still nothing is concluded from what is not there",
    file: "shared/graph/sources.ts",
    edits: [
      {
        from: "isStale: ageMs > staleAfterMinutes * minuteMs,",
        to: "isStale: ageMs > 1000 * staleAfterMinutes * minuteMs,",
      },
    ],
  },
  {
    name: "touched-anchors",
    without: "What a change touches is looked at at once, and not by the next self-check",
    file: "functions/detect/handler.ts",
    edits: [
      { from: "if (deltas.length > 0) await detect(", to: "if (deltas.length > 1) await detect(" },
    ],
  },
  {
    name: "self-check",
    without: "What the stream has lost is found by the hour",
    file: "functions/detect/handler.ts",
    edits: [{ from: "return scheduledSelfCheck(deps, untilMs);", to: "return;" }],
  },
  {
    name: "alert-net",
    without: "A signal whose event was lost has its alert within the hour",
    file: "functions/alert/handler.ts",
    edits: [
      {
        from: "await reconcileAlerts(whole, { untilMs: deps.clock.nowMs() + netMs });",
        to: "",
      },
    ],
  },
];
