import { html } from "hono/html";

import { GoalId, readDependencyId, DependencyId } from "#shared/model/ids.ts";

import { inWords, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import type { BackTestAnswer } from "./back-test-answers.ts";
import { lifeInWords, percent } from "./back-test-words.ts";
import { weekChart } from "./week-chart.ts";

/** What was compared, in words. */
export interface Sides {
  readonly now: string;
  readonly wanted: string;
}

/** What a back-test found, the sentence that matters first. No sides: there is nothing to compare it with. */
export function backTestResult(answer: BackTestAnswer, sides: Sides | undefined): Html {
  const { headline, wanted, byTeam, byRule, sample, notKnown, from, to } = answer;
  return html`<section class="card stack" aria-labelledby="result">
      <h2 id="result">${headline}</h2>
      <p class="muted small">
        ${moment(from)} to ${moment(to)} · computed in ${number(answer.tookMs)} ms
      </p>
      ${wanted.raised > 0 ? html`${weekChart(wanted.byWeek)} ${numbers(answer)}` : waitedOnly(answer)}
    </section>
    ${sides ? comparison(answer, sides) : nothing} ${byRule.length > 1 ? rules(byRule) : nothing}
    ${byTeam.length > 0 ? teams(byTeam) : nothing} ${sample.length > 0 ? samples(answer) : nothing}
    <section class="card stack" aria-labelledby="not-known">
      <h2 id="not-known">What this does not know</h2>
      <ul class="bullets">
        ${notKnown.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </section>`;
}

function waitedOnly({ wanted: { waitedOut } }: BackTestAnswer): Html | string {
  if (waitedOut === 0) return nothing;
  return html`<p>${plural(waitedOut, "finding")} cleared before anybody would have been told.</p>`;
}

function numbers({ wanted }: BackTestAnswer): Html {
  const { raised, clearedWithin, standing, waitedOut, ofFirstReading, medianMinutesToClear } =
    wanted;
  const busiest = Math.max(...wanted.byWeek.map(({ matters }) => matters));
  const share = (count: number) => `${number(count)} (${percent(count, raised)})`;
  const lines: readonly (readonly [string, string])[] = [
    ["Cleared within an hour", share(clearedWithin.hour)],
    ["Within a day", share(clearedWithin.day)],
    ["Within two days", share(clearedWithin.twoDays)],
    ["Within a week", share(clearedWithin.week)],
    ["Still standing", share(standing)],
    ["Half of those that cleared had done so after", lifeInWords(medianMinutesToClear)],
    ["Cleared before anybody would have been told", plural(waitedOut, "finding")],
    ["Matters in the busiest week, told as one message each", number(busiest)],
    ...(ofFirstReading > 0
      ? [["Of a first reading, told in one report", number(ofFirstReading)] as const]
      : []),
  ];
  return html`<dl class="facts long">
    ${lines.map(
      ([what, value]) =>
        html`<dt>${what}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function comparison(answer: BackTestAnswer, { now, wanted }: Sides): Html {
  const { today, compared, notCompared } = answer;
  if (notCompared !== undefined) return html`<p class="muted">${notCompared}</p>`;
  if (!today || !compared) {
    return html`<p class="muted">
      Nothing here differs from ${now}: change something to compare.
    </p>`;
  }
  const { both, onlyToday, onlyWanted } = compared;
  return html`<section class="card stack" aria-labelledby="compared">
    <h2 id="compared">Compared with ${now}</h2>
    <p>
      ${now.charAt(0).toUpperCase()}${now.slice(1)} would have raised
      ${plural(today.raised, "alert")}, ${wanted} ${number(answer.wanted.raised)}: ${number(both)}
      by both, ${number(onlyToday)} only by ${now}, ${number(onlyWanted)} only by ${wanted}.
    </p>
  </section>`;
}

function rules(lines: BackTestAnswer["byRule"]): Html {
  return html`<section class="card stack" aria-labelledby="by-rule">
    <h2 id="by-rule">By the rule that found it</h2>
    ${counts(
      "Rule",
      lines.map(({ title, raised }) => ({ name: title, raised })),
    )}
  </section>`;
}

function teams(lines: BackTestAnswer["byTeam"]): Html {
  return html`<section class="card stack" aria-labelledby="by-team">
    <h2 id="by-team">By team</h2>
    <p class="muted small">
      An alert about two teams counts for each. Teams of fewer than five people are one line.
    </p>
    ${counts("Team", lines)}
  </section>`;
}

function counts(
  what: string,
  lines: readonly { readonly name: string; readonly raised: number }[],
): Html {
  return html`<div class="table-wrap">
    <table>
      <thead>
        <tr>
          <th scope="col">${what}</th>
          <th scope="col" class="num">Alerts</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          ({ name, raised }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="num">${number(raised)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function samples({ sample, wanted }: BackTestAnswer): Html {
  const intro =
    sample.length < wanted.raised
      ? `${sample.length} of ${number(wanted.raised)}, spread over the time`
      : "All of them";
  return html`<section class="card stack" aria-labelledby="sample">
    <h2 id="sample">Which alerts</h2>
    <p class="muted small">${intro}. Titles are those of now.</p>
    <ul class="plain samples">
      ${sample.map(
        (one) =>
          html`<li>
            <b>${titleOf(one)}</b>
            <p>${one.sentence}</p>
            <p class="muted small">
              Raised
              ${moment(one.raisedAt)}${one.teams.length > 0 ? ` · ${one.teams.join(", ")}` : ""} ·
              ${
                one.clearedAt === undefined
                  ? "stands"
                  : `cleared ${moment(one.clearedAt)}${one.clearedBecause === undefined ? "" : `: ${inWords(one.clearedBecause)}`}`
              }
            </p>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** With a way to what it is about, where that is still there. */
function titleOf({ subjectId, title, isHeld }: BackTestAnswer["sample"][number]): Html | string {
  if (!isHeld) return title;
  const edge = DependencyId.safeParse(subjectId);
  if (edge.success) return link("work-items", readDependencyId(edge.data).blockedId, title);
  return link(GoalId.safeParse(subjectId).success ? "goals" : "work-items", subjectId, title);
}

function link(room: string, id: string, title: string): Html {
  return html`<a href="${pathTo(room, id)}">${title}</a>`;
}
