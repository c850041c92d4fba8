import type { Link } from "#shared/model/edges.ts";
import type { Instant } from "#shared/model/time.ts";

import type { GraphView } from "./view.ts";

/** Of several reasons the nearest is told; of equally near ones, the first here. */
export const unreadReasons = ["goal-unread", "parent-unread"] as const;
export const deadReasons = ["goal-dropped", "goal-removed", "link-expired"] as const;
export type DeadReason = (typeof deadReasons)[number];

/** Whether a link supports work at a moment, and if not, why not. A suggestion never says anything. */
export type LinkStanding = "supports" | "suggestion" | "goal-unread" | DeadReason;

export function standingOf(view: GraphView, link: Link, now: Instant): LinkStanding {
  if (link.source === "suggestion") return "suggestion";
  if (link.expiresAt !== undefined && link.expiresAt <= now) return "link-expired";
  const goal = view.goal(link.toId);
  if (goal === undefined) return view.wasRemoved(link.toId) ? "goal-removed" : "goal-unread";
  return goal.status === "dropped" ? "goal-dropped" : "supports";
}

/** The nearest of several reasons, so that what is told does not hang on the order of edges. */
export class Nearest<Reason> {
  reason: Reason | undefined;
  #at = Number.POSITIVE_INFINITY;
  readonly #order: readonly Reason[];

  constructor(order: readonly Reason[]) {
    this.#order = order;
  }

  note(reason: Reason, depth: number): void {
    const at = depth * this.#order.length + this.#order.indexOf(reason);
    if (at < this.#at) [this.#at, this.reason] = [at, reason];
  }
}
