import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { removedUrl } from "#shared/graph/record-as-of.ts";
import type { WorkItemId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { VerdictCountsAnswer } from "../coverage/coverage.ts";
import { countByTeam, countVerdicts, openWork } from "../coverage/verdict-counts.ts";
import { describeHop, describeItem } from "../work-items/describe.ts";
import { HopAnswer, WorkItemAnswer } from "../work-items/work-answers.ts";
import { asOfField } from "./as-of-query.ts";
import { readPastSnapshot } from "./past-snapshot.ts";
import type { PastSnapshot } from "./past-snapshot.ts";

export const AsOfQuery = z.strictObject({ asOf: asOfField });
export type AsOfQuery = z.infer<typeof AsOfQuery>;

const stamp = {
  asOf: z.string().meta({ description: "The moment that this is about" }),
  knownSince: z.string().meta({
    description:
      "From here on all that is remembered is whole; before, only of some items and goals",
  }),
};

export const SightAsOfAnswer = z
  .strictObject({
    ...stamp,
    item: WorkItemAnswer.meta({
      description: "As it was. `past-unknown` is the reason where nobody knows any more",
    }),
    isAnchorKnown: z.boolean(),
    path: z.array(HopAnswer),
  })
  .meta({ id: "LineOfSightAsOf" });
export type SightAsOfAnswer = z.input<typeof SightAsOfAnswer>;

/** The line of sight that an item had. */
export async function readSightAsOf(
  context: AppContext,
  id: WorkItemId,
  { asOf }: AsOfQuery,
): Promise<SightAsOfAnswer> {
  const snapshot = await readPastSnapshot(context, asOf);
  const { graph } = snapshot;
  const seen = snapshot.seen.find(({ item }) => item.id === id);
  if (!seen) throw new HubError("entity.not-found", notFoundMessage(snapshot, id));
  return {
    ...stampOf(snapshot),
    item: describeItem(graph, seen.item, seen.sight),
    isAnchorKnown: seen.sight.isAnchorKnown,
    path: seen.sight.path.map((hop) => withoutDeadAddress(describeHop(graph, hop))),
  };
}

/** What was removed leads nowhere any more. */
function withoutDeadAddress({ url, ...hop }: HopAnswer): HopAnswer {
  return url === removedUrl ? hop : { ...hop, url };
}

function stampOf({ asOf, knownSince }: PastSnapshot) {
  return { asOf, knownSince };
}

function notFoundMessage({ graph, past, asOf }: PastSnapshot, id: WorkItemId): string {
  const then = `${asOf.slice(0, 16).replace("T", " ")} UTC`;
  if (graph.wasRemoved(id)) return `At ${then} this work item was removed at its source`;
  if (past.unknown.has(id)) return `Nobody knows any more how this work item stood at ${then}`;
  return `At ${then} the hub held no such work item`;
}

const count = z.int().nonnegative();

export const VerdictsAsOfAnswer = z
  .strictObject({
    ...stamp,
    openWork: count,
    verdicts: VerdictCountsAnswer.meta({ description: "Of work that was open then" }),
    notKnown: count.meta({
      description: "Further items of which nobody knows how, or whether, they stood then",
    }),
    byTeam: z
      .array(
        z.strictObject({
          teamId: z.string().optional(),
          name: z.string(),
          group: z.enum(["team", "small-teams", "no-team"]),
          verdicts: VerdictCountsAnswer,
        }),
      )
      .meta({ description: "Teams of that day; those of fewer than five people are one line" }),
    byConnection: z.array(
      z.strictObject({ connectionId: z.string(), name: z.string(), verdicts: VerdictCountsAnswer }),
    ),
    openSignals: z.record(z.string(), count).meta({ description: "By rule" }),
    signalsNotKnown: count.meta({
      description: "Further signals of which nobody knows whether they were open then",
    }),
  })
  .meta({ id: "VerdictsAsOf" });
export type VerdictsAsOfAnswer = z.input<typeof VerdictsAsOfAnswer>;

/** Verdicts of open work, as they were. */
export async function readVerdictsAsOf(
  context: AppContext,
  { asOf }: AsOfQuery,
): Promise<VerdictsAsOfAnswer> {
  const snapshot = await readPastSnapshot(context, asOf);
  const open = openWork(snapshot);
  const openSignals: Record<string, number> = {};
  for (const { rule } of snapshot.openSignals) openSignals[rule] = (openSignals[rule] ?? 0) + 1;
  return {
    ...stampOf(snapshot),
    openWork: open.length,
    verdicts: countVerdicts(open),
    notKnown: snapshot.unknownItems.length,
    byTeam: [...countByTeam(snapshot)],
    byConnection: snapshot.connections
      .map(({ id, name }) => ({
        connectionId: id,
        name,
        verdicts: countVerdicts(open.filter(({ item }) => item.connectionId === id)),
      }))
      .filter(({ verdicts }) => Object.values(verdicts).some((number) => number > 0)),
    openSignals,
    signalsNotKnown: snapshot.unknownSignals.length,
  };
}
