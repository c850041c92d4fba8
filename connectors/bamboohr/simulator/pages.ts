import { Hono } from "hono";
import { html } from "hono/html";
import * as z from "zod";

import { RefusedOperation } from "#shared/testing/simulator/control.ts";

import type { SeedEmployee } from "./seed.ts";
import type { BambooState } from "./state.ts";

type Html = ReturnType<typeof html>;

const style = `
:root { color-scheme: light dark; --ink: #22281f; --soft: #62695e; --line: #dfe4da; --card: #fff; --ground: #f5f7f2; --accent: #4f7a1d; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef1ea; --soft: #a3aa9d; --line: #3d4438; --card: #262b23; --ground: #1b1f19; --accent: #a5d06b; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 12px 20px; } header small { color: var(--soft); }
main { max-width: 900px; margin: 0 auto; padding: 20px; }
h1 { font-size: 22px; } h2 { font-size: 15px; margin: 24px 0 8px; } a { color: var(--accent); } .soft { color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
li { padding: 7px 12px; border-top: 1px solid var(--line); display: flex; gap: 10px; flex-wrap: wrap; } li:first-child { border-top: 0; }
form { display: flex; gap: 8px; flex-wrap: wrap; margin: 8px 0 20px; align-items: end; } label { display: grid; font-size: 13px; color: var(--soft); }
input, button { font: inherit; padding: 6px 10px; border-radius: 6px; border: 1px solid var(--line); background: var(--card); color: inherit; }
.error { border: 1px solid var(--accent); border-radius: 8px; padding: 8px 12px; }
`;

/** A small staff list, so that a person can hire, move, rename and let go by hand. */
export function pageRoutes(state: BambooState, perform: (operation: unknown) => unknown): Hono {
  const app = new Hono();
  app.get("/", (c) => c.html(page("People", listPage(state))));
  app.get("/people/:id", (c) => {
    const employee = state.employees.get(c.req.param("id"));
    if (!employee) return c.html(page("Unknown", html`<p>Nobody has this id.</p>`), 404);
    return c.html(page(fullName(employee), employeePage(state, employee)));
  });
  app.post("/people/:id", async (c) => {
    const id = c.req.param("id");
    const form = await c.req.parseBody();
    try {
      perform(operationOf(id, form));
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof RefusedOperation)) throw error;
      const why = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
      return c.html(page("Not done", html`<p class="error">${why}</p>`), 400);
    }
    return c.redirect(form["kind"] === "delete" ? "/" : `/people/${id}`, 303);
  });
  return app;
}

/** A form as an operation: names and date in their fields, a custom field under its alias. */
function operationOf(id: string, form: Readonly<Record<string, unknown>>): unknown {
  const fields = Object.fromEntries(
    Object.entries(form)
      // Without a day, it is now.
      .filter(([name, value]) => name !== "on" || value !== "")
      .map(([name, value]) => [name, value === "" ? null : value]),
  );
  const custom = Object.entries(fields).filter(([name]) => name.startsWith("custom"));
  const own = Object.entries(fields).filter(([name]) => !name.startsWith("custom"));
  return {
    id,
    ...Object.fromEntries(own),
    ...(custom.length > 0 && { custom: Object.fromEntries(custom) }),
  };
}

function listPage(state: BambooState): Html {
  const groups = Map.groupBy(state.employees.values(), (employee) =>
    [employee.division, employee.department, ...Object.values(employee.custom)]
      .filter(Boolean)
      .join(" › "),
  );
  return html`<h1>${state.employees.size} people</h1>
    ${[...groups].map(
      ([unit, people]) =>
        html`<h2>${unit || "Top of the company"}</h2>
          <ul>
            ${people.map(
              (employee) =>
                html`<li>
                  <a href="/people/${employee.id}">${fullName(employee)}</a>
                  <span class="soft">${employee.jobTitle}</span>
                  ${employee.status === "Inactive" ? html`<span class="soft">left</span>` : ""}
                </li>`,
            )}
          </ul>`,
    )}`;
}

function employeePage(state: BambooState, employee: SeedEmployee): Html {
  const supervisor = state.employees.get(employee.supervisorEId ?? "");
  const field = (name: string, label: string, value: string | null) =>
    html`<label>${label}<input name="${name}" value="${value ?? ""}" /></label>`;
  return html`<h1>${fullName(employee)}</h1>
    <p class="soft">
      ${employee.jobTitle} · ${employee.workEmail} · ${employee.status}
      ${
        supervisor
          ? html`· reports to <a href="/people/${supervisor.id}">${fullName(supervisor)}</a>`
          : ""
      }
    </p>
    <ul>
      ${employee.jobInfo.map(
        ({ date, division, department }) =>
          html`<li>
            <span class="soft">from ${date}</span>
            ${[division, department].filter(Boolean).join(" › ")}
          </li>`,
      )}
      ${employee.employmentStatus.map(
        ({ date, employmentStatus }) =>
          html`<li><span class="soft">from ${date}</span> ${employmentStatus}</li>`,
      )}
    </ul>
    <h2>Move</h2>
    <form method="post">
      <input type="hidden" name="kind" value="move" />
      ${field("division", "Division", employee.division)}
      ${field("department", "Department", employee.department)}
      ${state.seed.customFields.map(({ alias, name }) =>
        field(alias, name, employee.custom[alias] ?? null),
      )}
      ${field("supervisorEId", "Manager's id", employee.supervisorEId)}
      <label>From<input type="date" name="on" /></label>
      <button>Move</button>
    </form>
    <h2>Rename</h2>
    <form method="post">
      <input type="hidden" name="kind" value="rename" />
      ${field("firstName", "First name", employee.firstName)}
      ${field("lastName", "Last name", employee.lastName)}
      <button>Rename</button>
    </form>
    <h2>Leave</h2>
    <form method="post">
      <input type="hidden" name="kind" value="terminate" />
      <label>Last day<input type="date" name="on" required /></label>
      <button>Terminate</button>
    </form>`;
}

function fullName(employee: SeedEmployee): string {
  return `${employee.preferredName ?? employee.firstName} ${employee.lastName}`;
}

function page(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · simulated BambooHR</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <a href="/">Simulated BambooHR</a>
          <small>Changes made here go out as signed webhooks.</small>
        </header>
        <main>${content}</main>
      </body>
    </html>`;
}
