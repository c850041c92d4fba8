import { expect, test } from "vitest";

import { whyNoDatabase } from "./embedded-tables.ts";
import { runEmbedded } from "./run-embedded.ts";

/** `npm run simulate -- --embedded` runs as many more as there is time for. */
const seeds = 6;

const why = whyNoDatabase();
if (why !== undefined) process.stderr.write(`skipped: seeds on the embedded database: ${why}\n`);

test.skipIf(why !== undefined)(
  `${seeds} of the same companies keep the same invariants on the embedded database and its stream`,
  { timeout: 300_000 },
  async () => {
    const { results, failing, lines } = await runEmbedded({ from: 1, seeds });
    process.stdout.write(`${lines.at(-1) ?? ""}\n`);
    expect(failing.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
    expect(results).toHaveLength(seeds);
    // Whoever heard nothing of the stream would have detected nothing.
    for (const { counts } of results) expect(counts["streamRecords"]).toBeGreaterThan(100);
  },
);
