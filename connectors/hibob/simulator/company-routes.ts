import { Hono } from "hono";

import type { HibobState } from "./state.ts";

const listColumns = (id: string) => `work.customColumns.${id}`;

/** The fields of the company and the lists that some take their values from; everybody may read them. */
export function companyRoutes(state: HibobState): Hono {
  const app = new Hono();
  app.get("/company/people/fields", (c) => c.json(fieldsOf(state)));
  app.get("/company/named-lists/:name", (c) => {
    const items = itemsOf(state, c.req.param("name"));
    if (!items) return c.body(null, 404);
    return c.json({
      name: c.req.param("name"),
      items: items.map(({ id, value }) => ({ id, value, archived: false, children: [] })),
    });
  });
  return app;
}

function fieldsOf({ seed }: HibobState) {
  const field = (id: string, name: string, more: Readonly<Record<string, unknown>> = {}) => ({
    id,
    category: id.split(".")[0],
    categoryDisplayName: id.startsWith("root.") ? "Basic info" : "Work",
    name,
    description: null,
    jsonPath: id.replace(/^root\./u, ""),
    type: "text",
    typeData: {},
    historical: false,
    ...more,
  });
  return [
    field("root.id", "Employee ID"),
    field("root.displayName", "Display name"),
    field("root.firstName", "First name"),
    field("root.surname", "Last name"),
    field("root.email", "Email"),
    field("work.employeeIdInCompany", "Employee ID in company"),
    field("work.startDate", "Start date", { type: "date" }),
    field("work.site", "Site", { historical: true }),
    field("work.reportsTo", "Reports to", { type: "employee", historical: true }),
    field("work.department", "Department", {
      type: "list",
      typeData: { listId: "department" },
      historical: true,
    }),
    ...seed.customColumns.map(({ id, name }) =>
      field(listColumns(id), name, {
        type: "list",
        typeData: { listId: listColumns(id) },
        historical: true,
      }),
    ),
    field("internal.lifecycleStatus", "Lifecycle status", { type: "list" }),
    field("internal.status", "Status"),
    field("internal.terminationDate", "Termination date", { type: "date" }),
  ];
}

function itemsOf(state: HibobState, name: string) {
  if (name === "department") {
    return [...state.departments].map(([id, value]) => ({ id, value }));
  }
  return state.seed.customColumns.find(({ id }) => listColumns(id) === name)?.items;
}
