import type { EventPattern } from "#shared/model/custom-rule.ts";
import { signalId } from "#shared/model/ids.ts";
import type { RuleSettings, Signal, SourceFreshness } from "#shared/model/signal.ts";

import { fitsPattern } from "../custom-pattern.ts";
import { keptOf } from "../kept-finding.ts";
import { followsUnits, isOfSome, isSeenInScope, type Look, type Seen } from "./look.ts";
import { asksAbout, askedFields } from "./pattern-asks.ts";

/** What of a signal nobody remembers, by what it is in words. */
const forgotten: Readonly<Record<string, string>> = {
  "detail.generation": "how often something had been found before",
  "detail.openedAt": "since when what stood at the beginning had been found",
  "detail.evaluatedAt": "when a finding was last looked at",
  "detail.restsOn.freshAt": "how fresh each source was",
};

/** Why the past cannot tell what a pattern would have fitted; undefined: it can. */
export function whyNotKnown(
  pattern: EventPattern,
  whose: "The" | "Its" = "The",
): string | undefined {
  const asked = askedFields(pattern);
  const [field, what] = Object.entries(forgotten).find(([one]) => asksAbout(asked, one)) ?? [];
  return field === undefined
    ? undefined
    : `${whose} pattern asks about ${field}, and ${what} is not remembered: what it would have fitted nobody can tell.`;
}

const readWhereNamed = ["detail.title", "detail.evidence", "detail.teamIds", "detail.leaderId"];

/** Whether a reorg may make a finding fit that did not, or the other way round. */
export function followsRouting(pattern: EventPattern, scope: RuleSettings["scope"]): boolean {
  const asked = askedFields(pattern);
  return followsUnits(scope) || readWhereNamed.some((field) => asksAbout(asked, field));
}

/** Fields whose values say nothing of whose findings they are. */
const ofNobody: ReadonlySet<string> = new Set([
  "source",
  "detail-type",
  "detail.rule",
  "detail.severity",
  "detail.state",
  "detail.evidence.facts.kind",
  "detail.evidence.facts.reason",
  "detail.evidence.facts.boundary",
  "detail.evidence.facts.isLate",
]);

/** Whether a pattern or its scope may pick the findings of some teams only. */
export function picksSome(pattern: EventPattern, scope: RuleSettings["scope"]): boolean {
  return isOfSome(scope) || [...askedFields(pattern)].some((field) => !ofNobody.has(field));
}

const worded = [
  "detail.title",
  "detail.evidence.sentence",
  "detail.evidence.path.label",
  "detail.evidence.path.url",
];

/** Whether it reads names and titles, of which only those of today are kept. */
export function readsNames(pattern: EventPattern): boolean {
  const asked = askedFields(pattern);
  return worded.some((field) => asksAbout(asked, field));
}

/** What a custom rule takes in: findings whose event would fit its pattern, in its scope. */
export function patternLook(pattern: EventPattern, scope: RuleSettings["scope"]): Look {
  const fits = fitsPattern(pattern);
  return (seen) => fits(signalSeen(seen)) && isSeenInScope(scope, seen);
}

/** The signal that would have been kept then, but for what `forgotten` names. */
function signalSeen({ rule, subjectId, finding, openedAt, graph }: Seen): Signal {
  const ids = new Set([...finding.connectionIds, ...(finding.restsOn ?? [])]);
  const restsOn = [...ids].map((connectionId): SourceFreshness => {
    const readyAt = graph.sources.get(connectionId)?.readyAt;
    return { connectionId, ...(readyAt !== undefined && { readyAt }) };
  });
  return {
    type: "signal",
    id: signalId(rule, subjectId),
    rule,
    subjectId,
    state: "open",
    generation: 1,
    ...keptOf(finding),
    restsOn,
    openedAt,
    revision: 1,
  };
}
