import { html } from "hono/html";

import { operationButton, operationForm } from "./page-layout.ts";
import type { Records } from "./records.ts";
import type { AsanaState, Goal, Project, Task } from "./state.ts";

type Html = ReturnType<typeof html>;

export interface PageContext {
  readonly state: AsanaState;
  readonly records: Records;
}

/** Which goals an object supports, and a way to change that. */
export function supportSection({ state, records }: PageContext, resource: string): Html {
  const supported = state
    .list("goal_relationship")
    .filter((relation) => relation.supporting_resource === resource)
    .flatMap((relation) => state.find("goal", relation.supported_goal) ?? []);
  return html`${section(
    "Supports goals",
    supported.map((goal) =>
      row(
        html`<a href="${records.goalUrl(goal.gid)}">${goal.name}</a>`,
        operationButton("Remove", "removeSupport", { goal: goal.gid, resource }),
      ),
    ),
  )}
  ${operationForm(
    "addSupport",
    { resource },
    html`<select name="goal" aria-label="Goal">
        ${state.list("goal").map((goal) => html`<option value="${goal.gid}">${goal.name}</option>`)}</select
      ><button>Support this goal</button>`,
  )}`;
}

export function anyLink({ state, records }: PageContext, gid: string): Html {
  const task = state.find("task", gid);
  if (task) return html`<a href="${records.taskUrl(task)}">${task.name}</a>`;
  const goal = state.find("goal", gid);
  if (goal) return html`<a href="${records.goalUrl(gid)}">${goal.name}</a>`;
  const project = state.find("project", gid);
  if (project) return html`<a href="${records.projectUrl(gid)}">${project.name}</a>`;
  const name = state.find("portfolio", gid)?.name ?? gid;
  return html`<a href="${records.portfolioUrl(gid)}">${name}</a>`;
}

export function renameForm(
  kind: string,
  item: { readonly gid: string; readonly name: string },
): Html {
  return operationForm(
    kind,
    { gid: item.gid },
    html`<input name="name" value="${item.name}" aria-label="Name" required /><button>
        Rename
      </button>`,
  );
}

export function section(title: string, rows: readonly Html[]): Html {
  return html`<h2>${title}</h2>
    ${
      rows.length === 0
        ? html`<p class="soft">None.</p>`
        : html`<ul>
            ${rows}
          </ul>`
    }`;
}

export function row(link: Html, rest: Html | string = ""): Html {
  return html`<li><span class="grow">${link}</span>${rest}</li>`;
}

export function taskRow({ records }: PageContext, task: Task, rest: Html | string = ""): Html {
  const name = html`<a class="${task.completed ? "done" : ""}" href="${records.taskUrl(task)}"
    >${task.name}</a
  >`;
  return row(name, rest);
}

export function projectRow({ records }: PageContext, project: Project): Html {
  return row(html`<a href="${records.projectUrl(project.gid)}">${project.name}</a>`);
}

export function goalRow({ records }: PageContext, goal: Goal): Html {
  const status = html`<span class="tag">${goal.status ?? "no status"}</span>`;
  return row(html`<a href="${records.goalUrl(goal.gid)}">${goal.name}</a>`, status);
}
