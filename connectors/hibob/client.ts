import type * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Presence } from "#shared/kit/connector.ts";
import type { Rejected } from "#shared/model/change.ts";

import type { AskedField } from "./fields.ts";
import { shownAt } from "./fields.ts";
import { searchEndpoint, Transport } from "./transport.ts";
import type { Call, TransportContext } from "./transport.ts";
import {
  EmployeeIds,
  EmployeeRecord,
  Employees,
  FieldList,
  NamedList,
  WorkPage,
  WorkRow,
} from "./wire.ts";
import type { FieldDescription, ListItem } from "./wire.ts";

/** An employee with the fields that were asked for and are shown; a field that is not shown is missing. */
export interface Employee {
  readonly id: string;
  readonly fields: ReadonlyMap<string, unknown>;
}

/** A row of the work table: from which day on, for whom, and the columns of the org levels. */
export interface DatedRow {
  readonly effectiveDate: string;
  readonly managerId?: string;
  readonly levels: ReadonlyMap<string, unknown>;
}

/** Rows by the id of their employee; a text says what is wrong with them. */
export type RowsByEmployee = ReadonlyMap<string, readonly DatedRow[] | string>;

/** As many as the documents advise to ask for at once, and half of what the table takes. */
export const batchMax = 100;
const rowsPerPage = 200;

/**
 * The calls we make to HiBob, answers parsed and everything dropped that nobody asked for. Every method
 * throws only `HubError`. Paths: https://apidocs.hibob.com/reference (2026-11).
 */
export class HibobClient {
  readonly #transport: Transport;

  constructor(context: TransportContext) {
    this.#transport = new Transport(context);
  }

  /**
   * The ids of everybody whom the service user may see, leavers included, in a lasting order. Nobody is a
   * right that was taken away, not a company that was left by all: that throws `connector.forbidden`.
   */
  async listIds(): Promise<readonly string[]> {
    const { employees } = await this.#search(EmployeeIds, { fields: ["root.id"] });
    if (employees.length === 0) {
      throw new HubError(
        "connector.forbidden",
        "HiBob shows nobody to our service user: say in its permission group whose data it may access, people who left included",
      );
    }
    return [...new Set(employees.map(({ id }) => id))].toSorted();
  }

  /** These people with these fields, at most `batchMax`; who is not shown is not among them. */
  async readPeople(
    ids: readonly string[],
    asked: readonly AskedField[],
  ): Promise<{ readonly people: readonly Employee[]; readonly rejected: readonly Rejected[] }> {
    // A filter without values is refused.
    if (ids.length === 0) return { people: [], rejected: [] };
    const { employees } = await this.#search(Employees, {
      fields: ["root.id", ...asked.map(({ id }) => id)],
      filters: [{ fieldPath: "root.id", operator: "equals", values: ids }],
    });
    const people: Employee[] = [];
    const rejected: Rejected[] = [];
    for (const [at, employee] of employees.entries()) {
      const parsed = EmployeeRecord.safeParse(employee);
      if (!parsed.success) {
        const reason = placesIn(parsed.error, `employees.${at}`);
        rejected.push({ record: `employee ${at} of a search`, reason });
        continue;
      }
      const fields = asked.flatMap((field): readonly (readonly [string, unknown])[] => {
        const shown = shownAt(parsed.data, field);
        return shown ? [[field.id, shown.value]] : [];
      });
      people.push({ id: parsed.data.id, fields: new Map(fields) });
    }
    return { people, rejected };
  }

  #search<S extends z.ZodType>(schema: S, body: Readonly<Record<string, unknown>>) {
    return this.#call(schema, {
      method: "POST",
      path: "/v1/people/search",
      endpoint: searchEndpoint,
      body: { ...body, showInactive: true },
      what: "the list of people",
    });
  }

  /** The rows of the work table of these people; undefined where the service user has no access to it. */
  async readWork(
    ids: readonly string[],
    levels: readonly AskedField[],
  ): Promise<RowsByEmployee | undefined> {
    const rows = new Map<string, readonly DatedRow[] | string>();
    // Without ids the table gives everybody's rows.
    if (ids.length === 0) return rows;
    let cursor: string | null = null;
    do {
      const call: Call = {
        method: "GET",
        path: "/v1/bulk/people/work",
        endpoint: "GET /v1/bulk/people/work",
        query: {
          limit: String(rowsPerPage),
          employeeIds: ids.join(","),
          ...(cursor !== null && { cursor }),
        },
        what: "the work table",
      };
      const answer = await this.#transport.send(call);
      if (answer.status === 403) return undefined;
      if (answer.status !== 200) throw this.#transport.failureOf(answer, call.what);
      const page: z.infer<typeof WorkPage> = parse(WorkPage, answer.text, call.what);
      for (const { employeeId, values } of page.results) {
        rows.set(employeeId, joined(rows.get(employeeId) ?? [], rowsOf(values, levels)));
      }
      const next = page.response_metadata.next_cursor;
      if (next !== null && next === cursor) {
        throw new HubError("connector.drifted", "HiBob gives the same page of the table again");
      }
      cursor = next;
    } while (cursor !== null);
    return rows;
  }

  /** Whether somebody exists whom a search does not show: 404 for nobody, 403 for somebody hidden. */
  async presenceOf(id: string): Promise<Presence> {
    const what = `employee ${id}`;
    const answer = await this.#transport.send({
      method: "POST",
      path: `/v1/people/${encodeURIComponent(id)}`,
      endpoint: "POST /v1/people/{id}",
      body: { fields: ["root.id"] },
      what,
    });
    if (answer.status === 404) return "gone";
    if (answer.status === 403) return "hidden";
    if (answer.status !== 200) throw this.#transport.failureOf(answer, what);
    parse(EmployeeRecord, answer.text, what);
    return "present";
  }

  /** All fields of the company. They need no permission; what they hold does. */
  async listFields(): Promise<readonly FieldDescription[]> {
    return this.#call(FieldList, {
      method: "GET",
      path: "/v1/company/people/fields",
      endpoint: "GET /v1/company/people/fields",
      what: "the list of fields",
    });
  }

  /** The items of a list that a field takes its values from, archived ones included. */
  async readList(name: string): Promise<readonly ListItem[]> {
    return this.#call(NamedList, {
      method: "GET",
      path: `/v1/company/named-lists/${encodeURIComponent(name)}`,
      endpoint: "GET /v1/company/named-lists/{name}",
      query: { includeArchived: "true" },
      what: `the list ${name}`,
    });
  }

  async #call<S extends z.ZodType>(schema: S, call: Call): Promise<z.infer<S>> {
    const answer = await this.#transport.send(call);
    if (answer.status !== 200) throw this.#transport.failureOf(answer, call.what);
    return parse(schema, answer.text, call.what);
  }
}

/** Throws `connector.drifted` with the place for what is not as documented, never with the value. */
function parse<S extends z.ZodType>(schema: S, text: string, what: string): z.infer<S> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    // The message of a SyntaxError quotes the text.
    if (error instanceof SyntaxError) {
      throw new HubError("connector.drifted", `What HiBob gave for ${what} is not JSON`);
    }
    throw error;
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new HubError("connector.drifted", `In ${what}: ${placesIn(parsed.error)}`);
}

function placesIn(error: z.ZodError, within = ""): string {
  const places = error.issues.slice(0, 5).map(({ path, message }) => {
    const place = [...(within === "" ? [] : [within]), ...path.map(String)].join(".");
    return `${place}: ${message}`;
  });
  return places.join("; ");
}

function rowsOf(
  values: readonly unknown[],
  levels: readonly AskedField[],
): readonly DatedRow[] | string {
  const rows: DatedRow[] = [];
  for (const [at, value] of values.entries()) {
    const parsed = WorkRow.safeParse(value);
    if (!parsed.success) return placesIn(parsed.error, `work.${at}`);
    const { effectiveDate, reportsTo } = parsed.data;
    const shown = levels.flatMap((level): readonly (readonly [string, unknown])[] => {
      const found = shownAt(parsed.data, level);
      return found ? [[level.id, found.value]] : [];
    });
    rows.push({
      effectiveDate,
      ...(reportsTo && { managerId: reportsTo.id }),
      levels: new Map(shown),
    });
  }
  return rows;
}

function joined(
  before: readonly DatedRow[] | string,
  after: readonly DatedRow[] | string,
): readonly DatedRow[] | string {
  if (typeof before === "string") return before;
  return typeof after === "string" ? after : [...before, ...after];
}
