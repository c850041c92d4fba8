import { html, raw } from "hono/html";

import { capital, moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { hidden } from "../page/parts.ts";
import type {
  AccountAnswer,
  DecisionAnswer,
  PersonBrief,
  SuggestionAnswer,
} from "./people-answers.ts";

/** Small parts that the pages of people and accounts share. */

const strengthTones = { strong: "good", fair: "", weak: "plain" } as const;
const strengthWords = {
  strong: "Much speaks for it",
  fair: "Something speaks for it",
  weak: "Little speaks for it",
} as const;

export function strengthBadge(strength: SuggestionAnswer["strength"]): Html {
  return html`<span class="badge ${strengthTones[strength]}">${strengthWords[strength]}</span>`;
}

export function reasonList(reasons: SuggestionAnswer["reasons"]): Html {
  return html`<ul class="reasons">
    ${reasons.map(
      ({ text, isDoubt }) =>
        html`<li class="${isDoubt ? "doubt" : "for"}">
          ${isDoubt ? html`<span class="visually-hidden">But:</span>` : nothing} ${text}
        </li>`,
    )}
  </ul>`;
}

export function personLink({ id, name, unit }: PersonBrief): Html {
  return html`<a href="${pathTo("people", id)}">${name}</a>${
      unit === undefined ? nothing : html` <span class="muted small">${unit}</span>`
    }`;
}

interface Press {
  /** Where it goes: an account's or a person's own address. */
  readonly path: string;
  readonly label: string;
  /** What a screen reader says, where the label alone does not tell whom it is about. */
  readonly spoken?: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly back: string;
  readonly kind?: "primary" | "quiet" | "danger";
}

/** One decision, one button. */
export function press({ path, label, spoken, fields, back, kind }: Press): Html {
  return html`<form method="post" action="${path}/decide" class="inline">
    ${hidden({ ...fields, back })}<button
      ${kind === undefined ? nothing : raw(`class="${kind}"`)}
      ${spoken === undefined ? nothing : html`aria-label="${spoken}"`}
    >
      ${label}
    </button>
  </form>`;
}

const exclusionWords = {
  bot: "a bot or an integration",
  "shared-login": "a shared login",
  outsider: "somebody outside of the HR systems",
  nobody: "nobody's",
  guest: "a guest's",
} as const;

/** Says that an account is nobody's, and why. */
export function excludeForm({ id, displayName }: AccountAnswer, back: string): Html {
  const field = `exclusion-${id}`;
  return html`<form method="post" action="${pathTo("accounts", id)}/decide" class="inline">
    ${hidden({ action: "exclude", back })}
    <label class="visually-hidden" for="${field}">What ${displayName} is</label>
    <select id="${field}" name="exclusion">
      <option value="bot">A bot</option>
      <option value="shared-login">A shared login</option>
      <option value="outsider">Somebody outside</option>
      <option value="nobody">Nobody's</option>
    </select>
    <button>Exclude</button>
  </form>`;
}

/** What operators decided, the latest first, with what can be taken back. */
export function decisionLog(decisions: readonly DecisionAnswer[], back: string): Html {
  if (decisions.length === 0) {
    return html`<p class="muted">Nobody has decided anything here.</p>`;
  }
  return html`<ol class="collections">
    ${decisions.map(
      (decision) =>
        html`<li>
          <div class="line">
            <span
              >${ofAccount(decision, back)}${decisionWords(decision)}
              <span class="muted">by the ${decision.by}</span></span
            ><time class="muted small" datetime="${decision.at}">${moment(decision.at)}</time>
          </div>
          ${decision.note === undefined ? nothing : html`<p class="muted small">${decision.note}</p>`}
          ${decision.canUndo ? undoButton(decision, back) : nothing}
        </li>`,
    )}
  </ol>`;
}

/** On a person's page: which of their accounts it was about. */
function ofAccount({ subject, subjectId }: DecisionAnswer, here: string): Html | string {
  const page = pathTo("accounts", subjectId);
  if (!subjectId.includes(":account:") || here === page) return nothing;
  return html`<a href="${page}">${subject}</a>: `;
}

function undoButton({ id, subjectId, action }: DecisionAnswer, back: string): Html {
  const room = subjectId.includes(":account:") ? "accounts" : "people";
  return press({
    path: pathTo(room, subjectId),
    label: "Take it back",
    spoken: `Take back: ${action}`,
    fields: { action: "undo", decision: id },
    back,
    kind: "quiet",
  });
}

export function decisionWords({ action, person, exclusion }: DecisionAnswer): Html {
  const whom = person ? personLink(person) : "somebody";
  switch (action) {
    case "bind":
      return html`Matched with ${whom}`;
    case "exclude":
      return html`Excluded as ${exclusionWords[exclusion ?? "nobody"]}`;
    case "detach":
      return html`Left to ids and addresses again`;
    case "merge":
      return html`Merged with ${whom}`;
    case "split":
      return html`Set apart as a person of its own`;
    case "rejoin":
      return html`Left to addresses again`;
    case "reject":
      return html`Ruled out: ${whom}`;
    case "undo":
      return html`Taken back`;
  }
}

/** What binds an account, in a few words beside its name. */
export function howWords({ state, because, exclusion }: AccountAnswer): Html {
  if (state !== "excluded") return html`${because}`;
  return html`${capital(exclusionWords[exclusion ?? "nobody"])}. ${because}`;
}
