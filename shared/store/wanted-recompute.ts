import { HubError } from "#shared/errors.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import { WantedRecompute } from "#shared/model/wanted-recompute.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import type { DocumentSpec } from "./documents.ts";
import { createDocument, readDocument, replaceDocument } from "./documents.ts";
import { SetAside } from "./set-aside.ts";

const key: Key = { pk: "recompute", sk: "wanted" };

export const wantedRecomputeSpec: DocumentSpec<WantedRecompute> = {
  schema: WantedRecompute,
  key: () => key,
};

/** One that was not begun for so long is asked for anew: its stream record may have been given up. */
const lostAfterMs = 10 * minuteMs;
const roundsMax = 10;

/**
 * What was asked for last, carried out or not; undefined where nobody ever asked, or where it cannot be
 * read. Strongly consistent.
 */
export async function readWantedRecompute(table: Table): Promise<WantedRecompute | undefined> {
  return readable(await table.get(key));
}

function readable(item: Item | undefined): WantedRecompute | undefined {
  return item && new SetAside().read(item, (one) => readDocument(wantedRecomputeSpec, one));
}

/**
 * Asks for a recompute that begins after this; the table's stream hands it to whoever carries it out. One
 * that was asked for and has not begun will read what the asker wrote: however many ask, one is pending.
 */
export async function askForRecompute(table: Table, now: Instant): Promise<void> {
  const wanted = { type: "recompute", state: "wanted", wantedAt: now, passes: 0 } as const;
  for (let round = 0; round < roundsMax; round += 1) {
    const item = await table.get(key);
    const standing = readable(item);
    // What cannot be read tells nobody anything, and would stand in everybody's way.
    if (item && !standing) await table.write({ kind: "delete", key, condition: [] });
    if (!standing) {
      if (await createDocument(table, wantedRecomputeSpec, { ...wanted, revision: 0 })) return;
    } else {
      const isPending = standing.state === "wanted" && !isLost(standing, now);
      if (isPending) return;
      if (await replaceDocument(table, wantedRecomputeSpec, standing, wanted)) return;
    }
  }
  throw new HubError("entity.conflict", "The request for a recompute is being changed by others");
}

function isLost({ wantedAt }: WantedRecompute, now: Instant): boolean {
  return epochMsOf(now) - epochMsOf(wantedAt) > lostAfterMs;
}
