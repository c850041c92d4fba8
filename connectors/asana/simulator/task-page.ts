import { html } from "hono/html";

import { operationButton, operationForm, page } from "./page-layout.ts";
import { type PageContext, renameForm, section, supportSection, taskRow } from "./page-rows.ts";
import type { Task } from "./state.ts";

type Html = ReturnType<typeof html>;

/** One task: complete or reopen it, rename it, set its date, its dependencies, goals and subtasks. */
export function taskPage(context: PageContext, task: Task): Html {
  const { gid } = task;
  const edits = html`${operationButton(task.completed ? "Reopen" : "Mark complete", "updateTask", {
    gid,
    completed: String(!task.completed),
  })}
  ${renameForm("updateTask", task)}
  ${operationForm(
    "updateTask",
    { gid },
    html`<input
        type="date"
        name="due_on"
        value="${task.due_on ?? ""}"
        aria-label="Due on"
      /><button>Set due date</button>`,
  )}`;
  const subtasks = html`${section(
    "Subtasks",
    context.state.subtasks(gid).map((other) => taskRow(context, other)),
  )}
  ${operationForm(
    "createTask",
    { parent: gid },
    html`<input name="name" placeholder="New subtask" aria-label="New subtask" required /><button>
        Add subtask
      </button>`,
  )}`;
  return page(
    task.name,
    html`${heading(context, task)} ${edits} ${dependencies(context, task)}
    ${supportSection(context, gid)} ${subtasks}
    ${operationButton("Delete task", "deleteTask", { gid })}`,
  );
}

function heading({ state, records }: PageContext, task: Task): Html {
  const assignee = task.assignee === null ? undefined : state.find("user", task.assignee);
  const parent = task.parent === undefined ? undefined : state.find("task", task.parent);
  const homes = task.memberships.flatMap(({ project }) => state.find("project", project) ?? []);
  return html`<p class="soft">
      ${homes.map((home) => html`<a href="${records.projectUrl(home.gid)}">${home.name}</a> `)}
      ${parent ? html`› <a href="${records.taskUrl(parent)}">${parent.name}</a>` : ""}
    </p>
    <h1 class="${task.completed ? "done" : ""}">${task.name}</h1>
    <p>
      <span class="tag">${task.resource_subtype}</span>
      <span class="tag">${task.completed ? "completed" : "incomplete"}</span>
      <span class="tag">${assignee?.name ?? "unassigned"}</span>
      ${task.due_on === undefined ? "" : html`<span class="tag">due ${task.due_on}</span>`}
      <span class="soft">gid ${task.gid}</span>
    </p>`;
}

function dependencies(context: PageContext, task: Task): Html {
  const { state } = context;
  const waitsFor = task.dependencies.flatMap((gid) => state.find("task", gid) ?? []);
  const remove = (other: Task) =>
    operationButton("Remove", "removeDependency", { task: task.gid, dependsOn: other.gid });
  return html`${section(
    "Waits for",
    waitsFor.map((other) => taskRow(context, other, remove(other))),
  )}
  ${operationForm(
    "addDependency",
    { task: task.gid },
    html`<input
        name="dependsOn"
        placeholder="Link or gid of the task this one waits for"
        aria-label="Blocking task"
        required
      /><button>Add dependency</button>`,
  )}
  ${section(
    "Others wait for this",
    state.dependents(task.gid).map((other) => taskRow(context, other)),
  )}`;
}
