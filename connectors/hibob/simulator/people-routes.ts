import { Hono } from "hono";
import * as z from "zod";

import { dateOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { SeedEmployee, WorkRow } from "./seed.ts";
import { lifecycleOn, rowOn, sortedRows } from "./state.ts";
import type { HibobState } from "./state.ts";

const SearchBody = z.looseObject({
  fields: z.array(z.string()).max(400),
  showInactive: z.boolean().default(false),
  filters: z
    .array(
      z.looseObject({
        fieldPath: z.enum(["root.id", "root.email"]),
        operator: z.literal("equals"),
        values: z.array(z.string()).min(1),
      }),
    )
    .length(1)
    .optional(),
});
const WorkQuery = z.looseObject({
  limit: z.coerce.number().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^cursor-\d+$/u)
    .transform((cursor) => Number(cursor.slice("cursor-".length)))
    .default(0),
  employeeIds: z
    .string()
    .transform((ids) => ids.split(","))
    .pipe(z.array(z.string()).max(200))
    .optional(),
});
const ReadBody = SearchBody.pick({ fields: true });

/** People: the search without pages, one by id, and the rows of the work table in pages. */
export function peopleRoutes(state: HibobState, clock: Clock): Hono {
  const app = new Hono();
  const today = () => dateOf(clock.now());

  app.post("/people/search", async (c) => {
    const body = SearchBody.safeParse(await c.req.json());
    if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400);
    const { fields, filters, showInactive } = body.data;
    const [filter] = filters ?? [];
    const found = state
      .visible()
      .filter((one) => showInactive || isActive(one, today()))
      .filter((one) => {
        const value = filter?.fieldPath === "root.email" ? one.email : one.id;
        return filter === undefined || filter.values.includes(value);
      });
    return c.json({ employees: found.map((one) => shown(state, one, { fields, day: today() })) });
  });

  app.post("/people/:id", async (c) => {
    const body = ReadBody.safeParse(await c.req.json());
    const employee = state.employees.get(c.req.param("id"));
    if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400);
    if (!employee) return c.body(null, 404);
    if (state.hiddenEmployees.has(employee.id)) return c.json({ error: "forbidden" }, 403);
    return c.json(shown(state, employee, { fields: body.data.fields, day: today() }));
  });

  app.get("/bulk/people/work", (c) => {
    if (state.isWorkTableHidden) return c.json({ error: "forbidden" }, 403);
    const query = WorkQuery.safeParse(c.req.query());
    if (!query.success) return c.json({ error: z.prettifyError(query.error) }, 400);
    const { limit, cursor: offset, employeeIds: ids } = query.data;
    const wanted = state.visible().filter(({ id }) => !ids || ids.includes(id));
    const rows = wanted.flatMap((one) => rowsOf(state, one, today()));
    const page = Map.groupBy(rows.slice(offset, offset + limit), ({ employeeId }) => employeeId);
    const hidden = ids?.filter((id) => !wanted.some((one) => one.id === id)) ?? [];
    return c.json({
      results: [...page].map(([employeeId, of]) => ({
        employeeId,
        values: of.map(({ value }) => value),
      })),
      response_metadata: {
        next_cursor: offset + limit < rows.length ? `cursor-${offset + limit}` : null,
      },
      errors: hidden.map((id) => ({ [id]: { error: "MISSING_PERMISSION" } })),
    });
  });
  return app;
}

function isActive(employee: SeedEmployee, day: string): boolean {
  return !["Hired", "Terminated"].includes(lifecycleOn(employee, day));
}

/** The fields that were asked for and may be seen: nested, and what is not null again with slashes. */
function shown(
  state: HibobState,
  employee: SeedEmployee,
  { fields, day }: { readonly fields: readonly string[]; readonly day: string },
): unknown {
  const values = valuesOf(state, employee, day);
  const nested: Record<string, unknown> = { id: employee.id };
  const slashed: Record<string, unknown> = { [slashedKey("root.id")]: { value: employee.id } };
  for (const id of fields) {
    const value = values.get(id);
    if (value === undefined || state.hiddenFields.has(id)) continue;
    put(nested, id.replace(/^root\./u, "").split("."), value);
    if (value !== null) slashed[slashedKey(id)] = { value };
  }
  return { ...slashed, ...nested };
}

function slashedKey(id: string): string {
  return `/${id.replaceAll(".", "/")}`;
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  // Only this function makes what is nested, so what is there is an object of its own.
  const child = (into[key] ?? {}) as Record<string, unknown>;
  into[key] = child;
  put(child, rest, value);
}

function valuesOf(
  state: HibobState,
  employee: SeedEmployee,
  day: string,
): ReadonlyMap<string, unknown> {
  const row = rowOn(employee, day);
  const lifecycle = lifecycleOn(employee, day);
  const { firstName, surname, startDate, terminationDate } = employee;
  return new Map<string, unknown>([
    ["root.id", employee.id],
    ["root.displayName", `${firstName} ${surname}`],
    ["root.firstName", firstName],
    ["root.surname", surname],
    ["root.email", employee.email],
    ["work.employeeIdInCompany", employee.employeeIdInCompany],
    ["work.startDate", startDate],
    ["work.site", row?.site ?? null],
    ["work.title", row?.title ?? null],
    ["work.department", row?.department ?? null],
    ["work.reportsTo", managerOf(state, row)],
    ...state.seed.customColumns.map(
      ({ id }) => [`work.customColumns.${id}`, row?.customColumns[id] ?? null] as const,
    ),
    ["internal.lifecycleStatus", lifecycle],
    ["internal.status", isActive(employee, day) ? "Active" : "Inactive"],
    ["internal.terminationDate", terminationDate],
    ...Object.entries(employee.secrets),
  ]);
}

function managerOf(state: HibobState, row: WorkRow | undefined): unknown {
  const manager = row?.reportsTo ? state.employees.get(row.reportsTo) : undefined;
  if (!manager) return null;
  const { id, firstName, surname, email } = manager;
  return { id, firstName, surname, email, displayName: `${firstName} ${surname}` };
}

function rowsOf(state: HibobState, employee: SeedEmployee, day: string) {
  const current = rowOn(employee, day);
  const sorted = sortedRows(employee.work);
  const rows = state.isHistoryHidden ? sorted.filter((row) => row === current) : sorted;
  return rows.map((row) => {
    const after = sorted[sorted.indexOf(row) + 1];
    return {
      employeeId: employee.id,
      value: {
        id: sorted.indexOf(row) + 1,
        effectiveDate: row.effectiveDate,
        endEffectiveDate: after?.effectiveDate ?? null,
        isCurrent: row === current,
        canBeDeleted: true,
        workChangeType: "Other",
        change: { reason: "Reorganisation", changedBy: "Somebody", changedById: "1" },
        title: row.title,
        department: row.department,
        site: row.site,
        reportsTo: managerOf(state, row),
        customColumns: row.customColumns,
      },
    };
  });
}
