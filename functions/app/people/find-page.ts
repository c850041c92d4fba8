import { html } from "hono/html";

import type { Html } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, pager } from "../page/parts.ts";
import type { PersonBrief } from "./people-answers.ts";
import { personLink } from "./people-parts.ts";

interface FindPage {
  readonly text: string | undefined;
  readonly after: string | undefined;
  readonly list: {
    readonly total: number;
    readonly people: readonly PersonBrief[];
    readonly next: string | undefined;
  };
}

/** People by name. */
export function findPage({ text, after, list }: FindPage): Html {
  return layout({
    title: "Find a person",
    room: "People",
    crumbs: html`<a href="/people">People</a>`,
    body: html`<form class="filters" method="get" action="/people/find" role="search">
        <div class="wide">
          <label for="text">Name</label
          ><input id="text" name="text" value="${text ?? ""}" maxlength="120" />
        </div>
        <button>Find</button>
      </form>
      ${
        list.people.length === 0
          ? empty("Nobody has that name", "Try a part of it.")
          : html`<div class="card">
                <ul class="collections">
                  ${list.people.map((person) => html`<li>${personLink(person)}</li>`)}
                </ul>
              </div>
              ${pager("/people/find", { text, after }, { shown: list.people.length, total: list.total, next: list.next })}`
      }`,
  });
}
