import * as z from "zod";

import type { Alert, Signal } from "#shared/model/signal.ts";
import { epochMsOf } from "#shared/model/time.ts";

import { describeSource, sourcesBehind } from "../work-items/describe.ts";
import { SourceAnswer } from "../work-items/work-answers.ts";
import type { Names } from "./alert-answers.ts";

/** A source that a finding rests on: how fresh it is now, and how fresh it was then. */
export const FindingSource = z
  .strictObject({
    ...SourceAnswer.shape,
    atEvaluation: z
      .strictObject({
        freshAt: z.string().optional(),
        ageSeconds: z.int().optional(),
      })
      .optional()
      .meta({
        description: "How fresh it was when the finding was evaluated, where that is known",
      }),
  })
  .meta({ id: "FindingSource" });
export type FindingSource = z.input<typeof FindingSource>;

/** The sources of a finding, those first that had been silent longest when it was evaluated. */
export function findingSources(names: Names, finding: Alert | Signal): FindingSource[] {
  const { restsOn, evaluatedAt, connectionIds } = finding;
  if (!restsOn || evaluatedAt === undefined) {
    return [...sourcesBehind(names.sources, connectionIds, names.nowMs)];
  }
  return restsOn.map(({ connectionId, freshAt }) => {
    const source = names.sources.get(connectionId);
    const name = names.connections.get(connectionId) ?? "a removed connection";
    const now = source
      ? describeSource(source, names.nowMs)
      : { connectionId, name, isReady: false, isStale: true };
    const then = freshAt && {
      freshAt,
      ageSeconds: Math.max(0, Math.round((epochMsOf(evaluatedAt) - epochMsOf(freshAt)) / 1000)),
    };
    return { ...now, atEvaluation: { ...then } };
  });
}
