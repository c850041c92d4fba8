import { html } from "hono/html";

import { capital, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { verdictBadge } from "../page/parts.ts";
import type { LinkRulePreview } from "./link-rule-answers.ts";

/** What there is to show of a filter: what it would do, what is wrong with it, or nothing yet. */
export type Previewed = LinkRulePreview | { readonly mistake: string } | undefined;

/** The inside of the preview: part of the page, and by itself for who is typing. */
export function previewPart(previewed: Previewed): Html {
  if (previewed === undefined) {
    return html`<p class="muted">Say which work the rule means, and it is shown here.</p>`;
  }
  if ("mistake" in previewed) return html`<p class="error-text">${previewed.mistake}</p>`;
  return html`${sentences(previewed)}${examples(previewed)}`;
}

function sentences(preview: LinkRulePreview): Html {
  const { openItems, closedItems, unlinkedItems, wouldBeLinked, ownLinks } = preview;
  const closed = closedItems === 0 ? "" : `, and ${plural(closedItems, "closed one")}`;
  if (openItems === 0) return html`<p><b>It fits no open item</b>${closed}.</p>`;
  return html`<p><b>It fits ${plural(openItems, "open item")}</b>${closed}.</p>
    ${
      unlinkedItems + wouldBeLinked === 0
        ? html`<p>None of this work counts as unlinked today.</p>`
        : html`<p>
            ${plural(unlinkedItems, "of them serves", "of them serve")} no goal today. The rule
            would link
            <b>${plural(wouldBeLinked, "open item")}</b> that ${wouldBeLinked === 1 ? "is" : "are"}
            unlinked now, with what is under ${openItems === 1 ? "it" : "them"}.
          </p>`
    }
    ${ownLinks === 0 ? nothing : html`<p class="muted">${plural(ownLinks, "keeps to a link of its own", "keep to links of their own")}.</p>`}`;
}

function examples({ examples: shown, openItems }: LinkRulePreview): Html | string {
  if (shown.length === 0) return nothing;
  return html`<h3>${shown.length < openItems ? "Some of them" : "These"}</h3>
    <ul class="collections">
      ${shown.map(
        ({ id, key, title, kind, container, verdict }) =>
          html`<li>
            <a href="${pathTo("work-items", id)}"
              >${key === undefined ? title : `${key} ${title}`}</a
            >
            <div class="row tight muted small">
              ${verdictBadge(verdict)}${capital(kind)}${container === undefined ? nothing : ` in ${container}`}
            </div>
          </li>`,
      )}
    </ul>`;
}
