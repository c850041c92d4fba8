import { html } from "hono/html";

import { operationButton, operationForm, page } from "./page-layout.ts";
import {
  anyLink,
  goalRow,
  type PageContext,
  projectRow,
  renameForm,
  row,
  section,
  supportSection,
  taskRow,
} from "./page-rows.ts";
import type { Goal, Project } from "./state.ts";

type Html = ReturnType<typeof html>;

const rowsMax = 100;
const projectRowsMax = 1000;

/** Everything whose name contains the words, projects and goals first. */
export function searchPage(context: PageContext, query: string): Html {
  const { state } = context;
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  const matches = ({ name, gid }: { name: string; gid: string }) =>
    words.every((word) => name.toLowerCase().includes(word) || gid === word);
  const goals = state.list("goal").filter(matches);
  const projects = state.list("project").filter(matches);
  const tasks = state.list("task").filter(matches);
  return page(
    "Search",
    html`<h1>
        ${state
          .list("workspace")
          .map(({ name }) => name)
          .join(", ")}
      </h1>
      <form action="/">
        <input
          name="q"
          value="${query}"
          placeholder="Search tasks, projects and goals"
          aria-label="Search"
        />
        <button>Search</button>
      </form>
      ${section(
        `Goals (${goals.length})`,
        goals.slice(0, rowsMax).map((goal) => goalRow(context, goal)),
      )}
      ${section(
        `Projects (${projects.length})`,
        projects.slice(0, rowsMax).map((project) => projectRow(context, project)),
      )}
      ${section(
        `Tasks (${tasks.length})`,
        tasks.slice(0, rowsMax).map((task) => taskRow(context, task)),
      )}
      <p class="soft"><a href="/0/my-apps">Tokens and apps</a></p>`,
  );
}

export function projectPage(context: PageContext, project: Project): Html {
  const { state } = context;
  const { gid } = project;
  const tasks = state.tasksIn(gid);
  const team = project.team === null ? undefined : state.find("team", project.team);
  return page(
    project.name,
    html`<h1>${project.name}</h1>
      <p>
        <span class="tag">project</span> ${team ? html`<span class="tag">${team.name}</span>` : ""}
        ${project.archived === true ? html`<span class="tag">archived</span>` : ""}
        <span class="soft">gid ${gid}</span>
      </p>
      ${renameForm("updateProject", project)}
      ${operationButton(project.archived === true ? "Unarchive" : "Archive", "updateProject", { gid, archived: String(project.archived !== true) })}
      ${supportSection(context, gid)}
      ${section(
        `Tasks (${tasks.length})`,
        tasks.slice(0, projectRowsMax).map((task) => taskRow(context, task)),
      )}
      ${operationForm(
        "createTask",
        { project: gid },
        html`<input name="name" placeholder="New task" aria-label="New task" required /><button>
            Add task
          </button>`,
      )}`,
  );
}

export function portfolioPage(
  context: PageContext,
  portfolio: { gid: string; name: string },
): Html {
  const items = context.state
    .list("project")
    .filter((project) => project.portfolios.includes(portfolio.gid));
  return page(
    portfolio.name,
    html`<h1>${portfolio.name}</h1>
      <p><span class="tag">portfolio</span> <span class="soft">gid ${portfolio.gid}</span></p>
      ${supportSection(context, portfolio.gid)}
      ${section(
        "Projects",
        items.map((project) => projectRow(context, project)),
      )}`,
  );
}

export function goalPage(context: PageContext, goal: Goal): Html {
  const { state } = context;
  const { gid } = goal;
  const relations = state.list("goal_relationship");
  const supporting = relations.filter((relation) => relation.supported_goal === gid);
  const parents = relations.filter((relation) => relation.supporting_resource === gid);
  return page(
    goal.name,
    html`<p class="soft">
        ${parents.map(({ supported_goal: above }) => html`<a href="${context.records.goalUrl(above)}">${state.find("goal", above)?.name ?? above}</a> › `)}
      </p>
      <h1>${goal.name}</h1>
      <p>
        <span class="tag">goal</span> <span class="tag">${goal.status ?? "no status"}</span>
        <span class="soft">gid ${gid}</span>
      </p>
      ${renameForm("updateGoal", goal)}
      ${
        goal.metric === null
          ? ""
          : operationForm(
              "updateGoal",
              { gid },
              html`<select name="status" aria-label="Status">
                  ${["green", "yellow", "red", "achieved", "partial", "missed", "dropped"].map(
                    (status) =>
                      html`<option ${status === goal.status ? "selected" : ""}>${status}</option>`,
                  )}</select
                ><button>Set status</button>`,
            )
      }
      ${section(
        "Supported by",
        supporting.map(({ supporting_resource: resource, contribution_weight: weight }) =>
          row(
            anyLink(context, resource),
            html`<span class="tag">weight ${weight}</span
              >${operationButton("Remove", "removeSupport", { goal: gid, resource })}`,
          ),
        ),
      )}
      ${operationForm(
        "addSupport",
        { goal: gid },
        html`<input
            name="resource"
            placeholder="Link or gid of a project, task, portfolio or goal"
            aria-label="Supporting work"
            required
          /><button>Add support</button>`,
      )}`,
  );
}
