import { createDocument } from "#shared/store/documents.ts";
import { listSelfChecks, selfCheckSpec, wantedSelfCheck } from "#shared/store/self-checks.ts";

import type { AppContext } from "../app-deps.ts";
import type { SelfCheckRun } from "./self-check-answers.ts";
import { describeRun, isUnderWay } from "./self-check-answers.ts";

/** The latest runs, the newest first. */
export async function readSelfChecks(context: AppContext): Promise<SelfCheckRun[]> {
  const { table, clock, rules } = context;
  const runs = await listSelfChecks(table);
  return runs.map((run) => describeRun(run, { rules, nowMs: clock.nowMs() }));
}

/**
 * Asks for a self-check: the request is stored, and the table's stream hands it to the function that has
 * the time for it. While one is under way, that one is the answer.
 */
export async function askForSelfCheck(context: AppContext): Promise<SelfCheckRun> {
  const { table, clock, rules } = context;
  const nowMs = clock.nowMs();
  const running = (await listSelfChecks(table, 5)).find((run) => isUnderWay(run, nowMs));
  const wanted = running ?? wantedSelfCheck(clock.now(), "person");
  // Where two ask in one moment, both get the one that was stored first.
  if (!running) await createDocument(table, selfCheckSpec, wanted);
  return describeRun(wanted, { rules, nowMs });
}
