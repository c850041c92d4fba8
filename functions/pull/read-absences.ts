import { openSource } from "#shared/access/open-source.ts";
import type { AllConnections } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { dateOf, dayMs, instantOf } from "#shared/model/time.ts";
import { saveAbsences } from "#shared/store/absences.ts";
import { getGap, removeGap, saveGaps } from "#shared/store/connection-parts.ts";
import { readErasures } from "#shared/store/erasures.ts";

import { isStanding } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";

/** As far ahead as an alert may wait for somebody. */
const daysAhead = 60;
const what = "Who is away";
const why =
  "The account may not see it, or it is switched off there: people who are away are told of alerts, and waited for, as if they were here";

/**
 * Reads who is away from today on. What fails is no problem of the connection: what was known stays, and the
 * next reading is a few hours ahead.
 */
export async function readAbsencesOf(
  deps: PullDeps,
  run: { readonly connection: Connection; readonly connections: AllConnections },
): Promise<void> {
  const { id } = run.connection;
  const from = dateOf(deps.clock.now());
  const to = dateOf(instantOf(deps.clock.nowMs() + daysAhead * dayMs));
  try {
    const source = await openSource(deps, run);
    const absences = await source.readAbsences?.(from, to);
    if (!(await isStanding(deps, id))) return;
    const gap = await getGap(deps.table, id, what);
    if (!absences) {
      if (!gap) await saveGaps(deps.table, id, deps.clock.now(), [{ what, why }]);
      return;
    }
    if (gap) await removeGap(deps.table, gap);
    const erased = await readErasures(deps.table);
    const kept = new Map([...absences].filter(([personId]) => !erased.has(personId)));
    const written = await saveAbsences(deps, id, kept);
    deps.logger.info("pull.absences", { connectionId: id, people: kept.size, written });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    deps.logger.warn("pull.absences-failed", { connectionId: id, code: error.code });
  }
}
