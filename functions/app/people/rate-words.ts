import { html } from "hono/html";

import { number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { TeamRate } from "./people-answers.ts";

/** Above a list of one team's work or alerts. */
export function ratePart(rate: TeamRate | undefined): Html | string {
  return rate ? html`<p class="team-rate">Of this team's people, ${rateWords(rate)}.</p>` : nothing;
}

/** Beside a team's figures: how many of its people are known in the tools. Nothing for a small team. */
export function rateWords(rate: TeamRate | undefined): Html | string {
  if (!rate) return nothing;
  const { matched, people, percent } = rate;
  const words = `${number(matched)} of ${number(people)} people have a matched account`;
  return html`<span class="match-rate" title="${words}"
    >${percent} % matched<span class="visually-hidden">: ${words}</span></span
  >`;
}
