import { html } from "hono/html";

import { capital, inWords } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { sourceLink } from "../page/parts.ts";
import type { WorkItemDetail } from "./read-work-item.ts";
import type { HopAnswer } from "./work-answers.ts";

/**
 * The line of sight, strategy on top and the item at the bottom, one spine through all. Where the
 * line breaks the spine is dashed, and ends in the reason.
 */
export function sightDrawing({ path, item }: Pick<WorkItemDetail, "path" | "item">): Html {
  const { kind, reason } = item.verdict;
  const isLinked = kind === "linked";
  const down = path.toReversed();
  const steps = down.map((hop, index) => ({
    hop,
    isTop: index === 0,
    isBottom: index === down.length - 1,
  }));
  return html`<ol
    class="sight ${isLinked ? "" : `is-broken v-${kind}`}"
    aria-label="Line of sight, from the top down"
  >
    ${isLinked ? nothing : brokenEnd(kind, reason)} ${steps.map((step) => stepRow(step, isLinked))}
  </ol>`;
}

interface Step {
  readonly hop: HopAnswer;
  readonly isTop: boolean;
  readonly isBottom: boolean;
}

function stepRow({ hop, isTop, isBottom }: Step, isLinked: boolean): Html {
  const own = hop.type === "goal" ? pathTo("goals", hop.id) : pathTo("work-items", hop.id);
  const name = hop.key === undefined ? hop.title : `${hop.key} ${hop.title}`;
  const status = hop.status === undefined ? "" : ` · ${inWords(hop.status)}`;
  return html`<li class="${isBottom ? "self" : ""}">
    ${spine(hop, { hasAbove: !(isTop && isLinked), isDashedAbove: isTop && !isLinked, hasBelow: !isBottom })}
    <div class="what">${capital(inWords(hop.kind))}${status}</div>
    <div class="name">${isBottom ? name : html`<a href="${own}">${name}</a>`}</div>
    <div class="row tight">
      ${hop.url === undefined ? nothing : html`<span class="small">${sourceLink("Open in its tool", hop.url)}</span>`}${how(hop)}
    </div>
  </li>`;
}

/** How the step was reached from the one below it. */
function how({ via, link }: HopAnswer): Html | string {
  if (via === "self") return nothing;
  if (via === "parent") return html`<span class="how">parent in its tool</span>`;
  if (via === "goal-parent") return html`<span class="how">goal above</span>`;
  if (link?.ruleId !== undefined) {
    return html`<span class="how">linked by the rule ${ruleLink(link.ruleId, link.note)}</span>`;
  }
  return html`<span class="how">${linkWords(link)}</span>`;
}

/** A link rule by its name, with the way to it. */
export function ruleLink(id: string, name = "without a name"): Html {
  return html`<a href="${pathTo("link-rules", id)}">“${name}”</a>`;
}

const linkSources: Readonly<Record<string, string>> = {
  native: "linked in its tool",
  field: "linked by a field in its tool",
  rule: "linked by a rule",
  person: "linked here by a person",
};

function linkWords(link: HopAnswer["link"]): string {
  const words = linkSources[link?.source ?? ""] ?? "linked";
  return link?.note === undefined ? words : `${words}: ${link.note}`;
}

interface SpineParts {
  readonly hasAbove: boolean;
  readonly isDashedAbove: boolean;
  readonly hasBelow: boolean;
}

const nodeY = 20;

/** Percent lengths let the line reach the next row, however tall the text makes this one. */
function spine(hop: HopAnswer, { hasAbove, isDashedAbove, hasBelow }: SpineParts): Html {
  const lineClass = isDashedAbove ? "gap" : "";
  return html`<svg class="spine" aria-hidden="true">
    ${hasAbove ? html`<line class="${lineClass}" x1="16" x2="16" y1="0" y2="${nodeY}" />` : nothing}
    ${hasBelow ? html`<line x1="16" x2="16" y1="${nodeY}" y2="100%" />` : nothing}
    ${
      hop.type === "goal"
        ? html`<circle class="full" cx="16" cy="${nodeY}" r="8" />`
        : html`<rect x="8" y="${nodeY - 8}" width="16" height="16" rx="4" />`
    }
  </svg>`;
}

const endings: Readonly<Record<string, string>> = {
  unlinked: "The line breaks here: no goal above",
  allowed: "Allowed to stand outside strategy",
  unlinkable: "The tool cannot hold a link here",
  unknown: "We cannot see further",
};

function brokenEnd(kind: string, reason: string): Html {
  return html`<li>
    <svg class="spine" aria-hidden="true">
      <line class="gap" x1="16" x2="16" y1="34" y2="100%" />
      <circle class="end" cx="16" cy="22" r="9" />
    </svg>
    <div class="broken-point">
      <b>${endings[kind] ?? kind}</b><span class="muted">${capital(inWords(reason))}.</span>
    </div>
  </li>`;
}
