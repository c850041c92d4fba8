import { html } from "hono/html";
import * as z from "zod";

import { servedGoals } from "#shared/graph/served-goals.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { GoalKind } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";

export const ServedGoalAnswer = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    kind: GoalKind,
    share: z.number().min(0).max(1).meta({
      description:
        "How much of the item's work counts for the goal: by the weights of links, else in equal parts",
    }),
    isTop: z.boolean().meta({ description: "No goal is above it; shares of these sum to 1" }),
  })
  .meta({ id: "ServedGoal" });
export type ServedGoalAnswer = z.input<typeof ServedGoalAnswer>;

/** All goals that the item serves, directly and further up, greatest share first. */
export function describeServed(view: GraphView, item: WorkItem, now: Instant): ServedGoalAnswer[] {
  return servedGoals(view, item, now).flatMap(({ goalId, share, isTop }) => {
    const goal = view.goal(goalId);
    // Sums of parts may pass the whole by what a double cannot say.
    const part = Math.min(1, share);
    return goal ? [{ id: goal.id, title: goal.title, kind: goal.kind, share: part, isTop }] : [];
  });
}

/** Which goals share the work; where there is one only, the drawing says so already. */
export function servedGoalsCard(serves: readonly ServedGoalAnswer[]): Html | string {
  const isShared = serves.some(({ share }) => share < 1);
  if (!isShared) return nothing;
  return html`<section class="card" aria-labelledby="serves-title">
    <h2 id="serves-title">Serves</h2>
    <p class="hint">
      How much of this work counts for each goal, by the weights of its links and those of goals,
      else in equal parts.
    </p>
    <ul class="collections">
      ${serves.map(
        ({ id, title, share, isTop }) =>
          html`<li class="line">
            <a href="${pathTo("goals", id)}">${title}</a
            ><span class="muted small">${percent(share)}${isTop ? ", topmost" : ""}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}

function percent(share: number): string {
  const whole = Math.round(share * 100);
  return whole === 0 && share > 0 ? "under 1 %" : `${whole} %`;
}
