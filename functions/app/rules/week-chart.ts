import { scaleLinear } from "d3-scale";
import { html } from "hono/html";

import { number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { BackTestAnswer } from "./back-test-answers.ts";

const [width, height, labelHeight] = [400, 120, 18];
/** More labels than that would run into each other. */
const labelsMax = 7;
const gap = 4;

/** A bar for each week, with its number on top; whoever cannot see it is told the same in words. */
export function weekChart(weeks: BackTestAnswer["wanted"]["byWeek"]): Html {
  const most = Math.max(1, ...weeks.map(({ raised }) => raised));
  const barHeight = scaleLinear([0, most], [0, height - 2 * labelHeight]);
  const step = width / weeks.length;
  const every = Math.ceil(weeks.length / labelsMax);
  const label = weeks
    .map(({ from, raised }) => `week from ${from}: ${plural(raised, "alert")}`)
    .join("; ");
  return html`<svg
    class="weeks"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="Alerts by week. ${label}"
  >
    ${weeks.map(({ from, raised }, at) => {
      const [x, tall] = [at * step + gap / 2, barHeight(raised)];
      const y = height - labelHeight - tall;
      const middle = x + (step - gap) / 2;
      return html`<rect x="${x}" y="${y}" width="${step - gap}" height="${tall}" rx="2" /> ${
          raised > 0
            ? html`<text x="${middle}" y="${y - 4}" text-anchor="middle">${number(raised)}</text>`
            : nothing
        }
        ${
          at % every === 0
            ? html`<text class="when" x="${middle}" y="${height - 4}" text-anchor="middle">
                ${from.slice(8, 10)}.${from.slice(5, 7)}.
              </text>`
            : nothing
        }`;
    })}
  </svg>`;
}
