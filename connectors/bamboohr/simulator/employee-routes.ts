import { Hono } from "hono";
import type { Context } from "hono";

import { readInstant } from "#shared/model/time.ts";

import { isTable, rowsOf, tables } from "./dated-rows.ts";
import { fieldsOf, visibleFields } from "./employee-fields.ts";
import type { SeedEmployee } from "./seed.ts";
import type { BambooState } from "./state.ts";

const pageSizeDefault = 250;
const pageSizeMax = 2500;
const fieldsMax = 400;

/** Names that the list endpoint has for fields, and ours for the same. */
const listFields: Readonly<Record<string, string>> = {
  workEmail: "workEmail",
  hireDate: "hireDate",
  divisionName: "division",
  departmentName: "department",
  locationName: "location",
  reportsToId: "supervisorEId",
  reportsToName: "supervisor",
  employmentStatusName: "employmentHistoryStatus",
};

/** Reading of employees, under `/api/v1` (https://documentation.bamboohr.com/reference, 2026-11). */
export function employeeRoutes(state: BambooState): Hono {
  const app = new Hono();
  app.get("/employees", (c) => listEmployees(state, c));
  app.get("/employees/changed", (c) => listChanged(state, c));
  app.get("/employees/changed/tables/:table", (c) => listChangedRows(state, c));
  app.get("/employees/:id/tables/:table", (c) => listRows(state, c));
  app.get("/meta/tables", (c) => c.json(tablesOf(state)));
  app.get("/employees/directory", (c) => directory(state, c));
  app.get("/employees/:id", (c) => {
    // 0 is whoever asks.
    const id = c.req.param("id") === "0" ? (state.seed.apiKeyOf ?? "") : c.req.param("id");
    const employee = state.employees.get(id);
    if (!employee) return c.body(null, 404);
    if (state.hiddenEmployees.has(employee.id)) return c.body(null, 403);
    const fields = (c.req.query("fields") ?? "firstName,lastName").split(",");
    if (fields.length > fieldsMax) return c.body(null, 400);
    return c.json({ id: employee.id, ...visibleFields(state, employee, fields) });
  });
  app.get("/time_off/whos_out", (c) => whosOut(state, c));
  app.get("/company_information", (c) => {
    const { companyDomain } = state.seed;
    return c.json({ legalName: `${companyDomain} Inc.`, displayName: companyDomain });
  });
  app.get("/meta/fields", (c) =>
    c.json(fieldsOf(state).filter((field) => !state.hiddenFields.has(field.alias))),
  );
  return app;
}

/** Time off and holidays that touch the period, by their first day. */
function whosOut(state: BambooState, c: Context): Response {
  if (!state.seed.showsWhosOut) return c.body(null, 403);
  const { start = "0000", end = "9999" } = c.req.query();
  const out = state.seed.timeOff
    .filter((entry) => entry.start <= end && entry.end >= start)
    .map(({ employeeId, ...entry }, at) => {
      const whose = state.employees.get(employeeId ?? "");
      return employeeId === undefined
        ? { id: at + 1, type: "holiday", name: "A holiday", ...entry }
        : {
            id: at + 1,
            type: "timeOff",
            employeeId: Number(employeeId),
            name: `${whose?.firstName} ${whose?.lastName}`,
            ...entry,
          };
    });
  return c.json(out.toSorted((a, b) => (a.start < b.start ? -1 : 1)));
}

function listEmployees(state: BambooState, c: Context): Response {
  const url = new URL(c.req.url);
  const limit = Number(url.searchParams.get("page[limit]") ?? pageSizeDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageSizeMax) {
    return refuse(c, "BadRequest", "page[limit] must be between 1 and 2500");
  }
  const all = [...state.employees.values()].filter((employee) => passes(url, employee));
  const after = url.searchParams.get("page[after]");
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  // The boundary employee is gone, or the cursor never was one.
  if (after !== null && start === 0) return refuse(c, "BadPage", "Invalid page cursor.");
  const page = all.slice(start, start + limit);
  return c.json(pageOf(state, url, { page, limit, start, total: all.length }));
}

function pageOf(
  state: BambooState,
  url: URL,
  at: {
    readonly page: readonly SeedEmployee[];
    readonly limit: number;
    readonly start: number;
    readonly total: number;
  },
) {
  const hasMore = at.start + at.limit < at.total;
  const nextCursor = hasMore ? (at.page.at(-1)?.id ?? null) : null;
  const extra = (url.searchParams.get("fields") ?? "").split(",");
  const next = new URL(url);
  if (nextCursor !== null) next.searchParams.set("page[after]", nextCursor);
  return {
    data: at.page.map((employee) => listed(state, employee, extra)),
    meta: { total: at.total, page: { limit: at.limit, nextCursor, prevCursor: null } },
    _links: { self: { href: url.href }, ...(hasMore && { next: { href: next.href } }) },
  };
}

function passes(url: URL, employee: SeedEmployee): boolean {
  const status = url.searchParams.get("filter[status]");
  const ids = [
    ...url.searchParams.getAll("filter[ids][]"),
    ...(url.searchParams.get("filter[ids]")?.split(",") ?? []),
  ];
  return (
    (status === null || employee.status.toLowerCase() === status) &&
    (ids.length === 0 || ids.includes(employee.id))
  );
}

function listed(state: BambooState, employee: SeedEmployee, extra: readonly string[]) {
  const fields = {
    firstName: "firstName",
    lastName: "lastName",
    preferredName: "preferredName",
    jobTitleName: "jobTitle",
    status: "status",
    ...Object.fromEntries(
      extra.flatMap((name) => (listFields[name] === undefined ? [] : [[name, listFields[name]]])),
    ),
  };
  const restricted: string[] = [];
  const shown: Record<string, string | null> = { photoUrl: null };
  for (const [name, alias] of Object.entries(fields)) {
    // Here hidden fields are null and named, unlike in the single read.
    if (state.isHidden(employee.id, alias)) restricted.push(name);
    shown[name] = visibleFields(state, employee, [alias])[alias] ?? null;
  }
  return { employeeId: employee.id, ...shown, _restrictedFields: restricted };
}

function listChanged(state: BambooState, c: Context): Response {
  const since = readInstant(c.req.query("since"));
  if (since === undefined) return c.body(null, 400);
  const entries = [
    ...[...state.employees.values()].map(({ id, lastChanged }) => {
      const isNew = (state.inserted.get(id) ?? "") > since;
      return { id, action: isNew ? "Inserted" : "Updated", lastChanged };
    }),
    ...state.deleted.map((entry) => ({ ...entry, action: "Deleted" })),
  ].filter((entry) => entry.lastChanged > since);
  const latest = entries.map((entry) => entry.lastChanged).toSorted();
  const seconds = (instant: string) => instant.replace(/\.\d{3}Z$/u, "+00:00");
  return c.json({
    latest: seconds(latest.at(-1) ?? since),
    employees: Object.fromEntries(
      entries.map((entry) => [entry.id, { ...entry, lastChanged: seconds(entry.lastChanged) }]),
    ),
  });
}

/** Rows of one employee, or of `all` that the key's owner may see. */
function listRows(state: BambooState, c: Context): Response {
  const table = c.req.param("table") ?? "";
  const id = c.req.param("id") ?? "";
  if (!isTable(table)) return c.body(null, 404);
  const employees =
    id === "all"
      ? [...state.employees.values()].filter((one) => !state.hiddenEmployees.has(one.id))
      : [...state.employees.values()].filter((one) => one.id === id);
  if (employees.length === 0) return c.body(null, 404);
  if (state.hiddenTables.has(table) || state.hiddenEmployees.has(id)) return c.body(null, 403);
  return c.json(employees.flatMap((employee) => rowsOf(state, employee, table)));
}

/** All rows of everybody of whom anything changed since. */
function listChangedRows(state: BambooState, c: Context): Response {
  const table = c.req.param("table") ?? "";
  const since = readInstant(c.req.query("since"));
  if (since === undefined) return c.body(null, 400);
  if (!isTable(table)) return c.body(null, 404);
  if (state.hiddenTables.has(table)) return c.body(null, 403);
  const changed = [...state.employees.values()].filter(
    (one) => one.lastChanged > since && !state.hiddenEmployees.has(one.id),
  );
  return c.json({
    table,
    employees: Object.fromEntries(
      changed.map((one) => [
        one.id,
        {
          lastChanged: one.lastChanged.replace(/\.\d{3}Z$/u, "+00:00"),
          rows: rowsOf(state, one, table).map(({ id: _id, employeeId: _of, ...row }) => row),
        },
      ]),
    ),
  });
}

function tablesOf(state: BambooState) {
  return Object.entries(tables).map(([alias, columns]) => ({
    alias,
    fields: columns
      .filter((column) => !state.hiddenFields.has(column))
      .map((column, at) => ({ id: 5000 + at, name: column, alias: column, type: "text" })),
  }));
}

function directory(state: BambooState, c: Context): Response {
  const aliases = ["displayName", "jobTitle", "workEmail", "department", "division", "supervisor"];
  const active = [...state.employees.values()].filter(({ status }) => status === "Active");
  if (active.length === 0) return c.body(null, 404);
  return c.json({
    fields: fieldsOf(state)
      .filter(({ alias }) => aliases.includes(alias))
      .map(({ alias, type, name }) => ({ id: alias, type, name })),
    employees: active.map((employee) => ({
      id: employee.id,
      ...visibleFields(state, employee, aliases),
    })),
  });
}

function refuse(c: Context, code: string, message: string): Response {
  return c.json({ error: { code, message } }, 400);
}
