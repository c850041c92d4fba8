import { scaleLinear } from "d3-scale";
import { html } from "hono/html";

import { number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { verdictName } from "../page/parts.ts";
import type { VerdictCounts } from "./verdict-counts.ts";
import { total } from "./verdict-counts.ts";

/** From what is fine to what we cannot say: the order is the same in every bar. */
const order = ["linked", "allowed", "unlinked", "unlinkable", "unknown"] as const;

/** Shares of the verdicts as one bar; the numbers stand beside it, so colour is never alone. */
export function verdictBar(counts: VerdictCounts, isTall = false): Html {
  const all = total(counts);
  const scale = scaleLinear([0, Math.max(1, all)], [0, 1000]);
  let before = 0;
  const parts = order.map((kind) => {
    const x = scale(before);
    before += counts[kind];
    return { kind, x, width: scale(counts[kind]) };
  });
  const label = order
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${verdictName(kind)} ${counts[kind]}`)
    .join(", ");
  return html`<svg
    class="bar ${isTall ? "tall" : ""}"
    viewBox="0 0 1000 20"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label || "No open work"}"
  >
    ${parts
      .filter(({ width }) => width > 0)
      .map(
        ({ kind, x, width }) =>
          html`<rect class="v-${kind}" x="${x}" width="${width}" height="20" />`,
      )}
  </svg>`;
}

export function verdictLegend(counts: VerdictCounts): Html {
  return html`<ul class="legend">
    ${order.map(
      (kind) =>
        html`<li class="v-${kind}"><i></i>${verdictName(kind)} <b>${number(counts[kind])}</b></li>`,
    )}
  </ul>`;
}

/** The share of open work with a line of sight, of that about which we can say anything. */
export function linkedPercent(counts: VerdictCounts): number | undefined {
  const judged = total(counts) - counts.unknown;
  return judged === 0 ? undefined : Math.round((100 * (counts.linked + counts.allowed)) / judged);
}
