import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { HistoryPage } from "#shared/kit/history-page.ts";
import { History } from "#shared/model/history.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";

import { pullHistories, workItemIn } from "./reads.ts";
import type { Candidate, Trial } from "./trial.ts";

/** The past is read like a collection: whole, resumable, of things that are there, and of nobody. */
export function historyContract({ begin }: Candidate): void {
  const itemsOf = ({ stage, id }: Trial): readonly WorkItemId[] =>
    Object.values(stage.collections)
      .flatMap(({ facts }) => facts)
      .flatMap((short) => workItemIn(id(short)));

  const readAll = async (trial: Trial, position?: string) =>
    pullHistories(await trial.open(), position, itemsOf(trial));

  test("a run gives each item's history once, oldest first, and ends with its last page", async () => {
    const trial = await begin("several-pages");
    await performAll(trial);
    const pages = await readAll(trial);
    const histories = pages.flatMap((page) => page.histories);
    expect(pages.map(({ isLast }) => isLast)).toEqual(
      pages.map((_, index) => index === pages.length - 1),
    );
    for (const history of histories) {
      History.parse(history);
      const moments = history.transitions.map(({ at }) => at);
      expect(moments).toEqual(moments.toSorted());
    }
    const ids = histories.map(({ itemId }) => itemId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("a run resumed from any saved position loses nothing", async () => {
    const trial = await begin("several-pages");
    await performAll(trial);
    const pages = await readAll(trial);
    const whole = pastOf(pages);
    for (const [index, { position }] of pages.slice(0, -1).entries()) {
      const rest = await readAll(trial, position);
      expect(pastOf([...pages.slice(0, index + 1), ...rest])).toEqual(whole);
    }
  });

  test.each(["", "no position", "null", "{}", '{"version":999}'])(
    "a position that is none of ours begins anew: %j",
    async (position) => {
      const trial = await begin();
      const whole = pastOf(await readAll(trial));
      const read = await readAll(trial, position).catch((error: unknown) => error);
      const isExpired = read instanceof HubError && read.code === "connector.cursor-expired";
      expect(isExpired ? whole : pastOf(pagesIn(read))).toEqual(whole);
    },
  );

  async function performAll(trial: Trial): Promise<void> {
    for (const { change } of Object.values(trial.stage.collections)) {
      trial.stage.clock.advance(minuteMs);
      await change.perform();
    }
    trial.stage.clock.advance(minuteMs);
  }
}

/** Throws what was thrown instead. */
function pagesIn(outcome: unknown): readonly HistoryPage[] {
  if (Array.isArray(outcome)) return outcome as HistoryPage[];
  throw outcome;
}

function pastOf(pages: readonly HistoryPage[]): ReadonlyMap<string, History["transitions"]> {
  return new Map(
    pages.flatMap(({ histories }) =>
      histories.map(({ itemId, transitions }) => [itemId, transitions]),
    ),
  );
}
