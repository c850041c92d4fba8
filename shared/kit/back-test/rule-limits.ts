import type { RuleName } from "#shared/model/ids.ts";

import type { Rule } from "../rule.ts";

/** How far the past can tell what a rule would have found. */
export interface RuleLimits {
  /** Why nothing can be said at all. */
  readonly impossible?: string;
  /** What the rule reads of today, for want of a past. */
  readonly ofToday: readonly string[];
}

const ownersOfGoals =
  "Owners and teams of goals are those of today; of goals that were removed since none is known.";
const datesOfGoals =
  "Dates of goals are those of today; of goals that were removed since none is known.";
const ageOfGoals =
  "Of goals that were removed since nobody knows any more how old they were: nothing is told of them.";

/** Also where a pattern asks for teams or leaders. */
export const twoMoves = "Of somebody who moved twice on one day only the last place is remembered.";

/** What rules read beyond statuses, parents, links, dependencies, containers and dates of work. */
const limits: Readonly<Record<RuleName, RuleLimits>> = {
  "unlinked-work": { ofToday: [] },
  "blocked-across-boundary": {
    ofToday: [
      "Whether too few accounts were matched with people to believe in teams is not counted again.",
      twoMoves,
    ],
  },
  "circular-hierarchy": { ofToday: [] },
  "circular-dependency": { ofToday: [] },
  "closed-goal-open-work": { ofToday: [] },
  "goal-without-work": { ofToday: [ageOfGoals] },
  "floating-goal": {
    ofToday: [
      ageOfGoals,
      "Whether a goal could name the one above it is as of today: what was before is not remembered.",
    ],
  },
  "too-many-objectives": { ofToday: [ownersOfGoals, datesOfGoals] },
  "horizon-mismatch": { ofToday: [datesOfGoals] },
  "owner-left": {
    ofToday: [
      ownersOfGoals,
      "Whether an account was deactivated is as of today: since when is not remembered.",
    ],
  },
  "stale-by-evidence": {
    ofToday: [],
    impossible:
      "It finds what shows no sign of life, and of signs of life only the last is remembered: what it would have found earlier nobody can tell.",
  },
  "connection-degraded": { ofToday: [], impossible: aboutConnections() },
  "coverage-lost": { ofToday: [], impossible: aboutConnections() },
};

function aboutConnections(): string {
  return "It is about connections, and how they stood earlier is not remembered: what it would have found nobody can tell.";
}

export function limitsOf({ name, reads }: Pick<Rule, "name" | "reads">): RuleLimits {
  const known = limits[name];
  if (known) return known;
  if (reads === "connection" || reads === "coverage")
    return { ofToday: [], impossible: aboutConnections() };
  return {
    ofToday: [
      "What this rule reads beyond statuses, parents, links, dependencies and teams is as of today.",
    ],
  };
}
