import type * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";

import { columnsOf } from "./fields.ts";
import type { DatedTable } from "./fields.ts";
import { Transport } from "./transport.ts";
import type { Call, TransportContext } from "./transport.ts";
import {
  ChangedEmployees,
  ChangedTable,
  CreatedWebhook,
  EmployeePage,
  EmployeeRecord,
  FieldList,
  MonitorFields,
  TableList,
  TableRows,
  WebhookList,
  WebhookSetup,
  WhosOut,
} from "./wire.ts";
import type { ChangedEmployee } from "./wire.ts";

/** The kept columns of one row; one that the key's owner may not see is missing. */
export type DatedRow = Readonly<Record<string, unknown>>;
/** Rows by the id of their employee. */
export type RowsByEmployee = ReadonlyMap<string, readonly DatedRow[]>;

/**
 * The calls we make to BambooHR, answers parsed. Its own SDKs are for PHP and Python only, so this
 * speaks HTTP. Every method throws only `HubError`. Paths: https://documentation.bamboohr.com/reference
 */
export class BambooClient {
  readonly #transport: Transport;
  readonly #orgLevels: readonly string[];

  constructor(context: TransportContext) {
    this.#transport = new Transport(context);
    this.#orgLevels = context.settings.orgLevels;
  }

  /** One page of employee ids, active and inactive. Throws `connector.cursor-expired` on a dead cursor. */
  async listEmployees(page: { readonly limit: number; readonly after?: string }) {
    const query = {
      "page[limit]": String(page.limit),
      ...(page.after !== undefined && { "page[after]": page.after }),
    };
    const call: Call = {
      method: "GET",
      path: "/v1/employees",
      query,
      what: "the list of employees",
    };
    const answer = await this.#transport.send(call);
    const { status, text } = answer;
    // BadPage: the cursor is malformed, or the employee at its edge has changed (reference, 2026-11).
    if (status === 400 && text.includes("BadPage")) {
      throw new HubError("connector.cursor-expired", "BambooHR no longer knows the list's cursor");
    }
    if (status !== 200) throw this.#transport.failureOf(answer, call.what);
    return parse(EmployeePage, text, call.what);
  }

  /** One employee with these fields; `gone` (404) and `hidden` (403) are answers, not failures. */
  async readEmployee(
    id: string,
    fields: readonly string[],
  ): Promise<EmployeeRecord | "gone" | "hidden"> {
    const what = `employee ${id}`;
    const answer = await this.#transport.send({
      method: "GET",
      path: `/v1/employees/${encodeURIComponent(id)}`,
      pattern: "/v1/employees/{id}",
      query: { fields: fields.join(",") },
      what,
    });
    const { status, text } = answer;
    if (status === 404) return "gone";
    if (status === 403) return "hidden";
    if (status !== 200) throw this.#transport.failureOf(answer, what);
    return parse(EmployeeRecord, text, what);
  }

  /** Everyone with any change since then, deletions included; unordered. */
  async listChanged(since: Instant): Promise<readonly ChangedEmployee[]> {
    const answer = await this.#call(ChangedEmployees, {
      method: "GET",
      path: "/v1/employees/changed",
      query: { since: wholeSeconds(since) },
      what: "the changed employees",
    });
    return Object.values(answer.employees);
  }

  /** The rows of a table, of one employee or of `all`; undefined where our account has no access to it. */
  async readTable(table: DatedTable, id: string): Promise<RowsByEmployee | undefined> {
    const what = `the table ${table} of ${id === "all" ? "all employees" : `employee ${id}`}`;
    const answer = await this.#transport.send({
      method: "GET",
      path: `/v1/employees/${encodeURIComponent(id)}/tables/${table}`,
      pattern: `/v1/employees/{id}/tables/${table}`,
      what,
    });
    if (answer.status === 403 || answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#transport.failureOf(answer, what);
    const kept = columnsOf(table, this.#orgLevels);
    const rows = parse(TableRows, answer.text, what);
    const byEmployee = Map.groupBy(rows, ({ employeeId }) => employeeId);
    return new Map([...byEmployee].map(([of, all]) => [of, all.map((row) => pick(row, kept))]));
  }

  /** The rows of everybody of whom anything changed since then: all their rows, not only changed ones. */
  async readChangedTable(table: DatedTable, since: Instant): Promise<RowsByEmployee | undefined> {
    const what = `the changed rows of the table ${table}`;
    const answer = await this.#transport.send({
      method: "GET",
      path: `/v1/employees/changed/tables/${table}`,
      query: { since: wholeSeconds(since) },
      what,
    });
    if (answer.status === 403 || answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#transport.failureOf(answer, what);
    const kept = columnsOf(table, this.#orgLevels);
    const { employees } = parse(ChangedTable, answer.text, what);
    return new Map(
      Object.entries(employees).map(([id, { rows }]) => [id, rows.map((row) => pick(row, kept))]),
    );
  }

  /**
   * Who is out on any of these days, and holidays. Undefined where the account may not see it, or the company
   * has switched it off (403; https://documentation.bamboohr.com/reference/list-whos-out, 2026-11).
   */
  async listWhosOut(start: CalendarDate, end: CalendarDate) {
    const what = "the list of who is out";
    const answer = await this.#transport.send({
      method: "GET",
      path: "/v1/time_off/whos_out",
      query: { start, end },
      what,
    });
    if (answer.status === 403 || answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#transport.failureOf(answer, what);
    return parse(WhosOut, answer.text, what);
  }

  /** The company's tables with their columns; needs the right to see the list of fields. */
  async listTables() {
    return this.#call(TableList, {
      method: "GET",
      path: "/v1/meta/tables",
      what: "the list of tables",
    });
  }

  async listFields() {
    return this.#call(FieldList, {
      method: "GET",
      path: "/v1/meta/fields",
      what: "the list of fields",
    });
  }

  async listMonitorFields() {
    const path = "/v1/webhooks/monitor_fields";
    const answer = await this.#call(MonitorFields, {
      method: "GET",
      path,
      what: "the fields that webhooks can watch",
    });
    return answer.fields;
  }

  async listWebhooks() {
    const answer = await this.#call(WebhookList, {
      method: "GET",
      path: "/v1/webhooks",
      what: "the webhooks",
    });
    return answer.webhooks;
  }

  /** How a webhook is set up; undefined when it is gone, or another account's. */
  async readWebhook(id: string): Promise<WebhookSetup | undefined> {
    const what = `webhook ${id}`;
    const path = `/v1/webhooks/${encodeURIComponent(id)}`;
    const pattern = "/v1/webhooks/{id}";
    const answer = await this.#transport.send({ method: "GET", path, pattern, what });
    if (answer.status === 403 || answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#transport.failureOf(answer, what);
    return parse(WebhookSetup, answer.text, what);
  }

  /** The private key comes only here; it cannot be read again. */
  async createWebhook(webhook: Readonly<Record<string, unknown>>) {
    return this.#call(CreatedWebhook, {
      method: "POST",
      path: "/v1/webhooks",
      body: webhook,
      what: "a new webhook",
    });
  }

  /** Succeeds when it is already gone, or out of our reach. */
  async deleteWebhook(id: string): Promise<void> {
    const what = `webhook ${id}`;
    const path = `/v1/webhooks/${encodeURIComponent(id)}`;
    const pattern = "/v1/webhooks/{id}";
    const answer = await this.#transport.send({ method: "DELETE", path, pattern, what });
    // 403: it is another account's, and only that account can remove it.
    if ([200, 403, 404].includes(answer.status)) return;
    throw this.#transport.failureOf(answer, what);
  }

  async #call<T>(schema: z.ZodType<T>, call: Call): Promise<T> {
    const answer = await this.#transport.send(call);
    if (answer.status < 200 || answer.status > 299) {
      throw this.#transport.failureOf(answer, call.what);
    }
    return parse(schema, answer.text, call.what);
  }
}

/** The form of a time that the documentation shows. */
function wholeSeconds(instant: Instant): string {
  return instant.replace(/\.\d{3}Z$/u, "Z");
}

function pick(row: DatedRow, columns: readonly string[]): DatedRow {
  return Object.fromEntries(columns.flatMap((name) => (name in row ? [[name, row[name]]] : [])));
}

/** Messages name places in the answer, never values of it. */
function parse<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const drifted = (why: string) =>
    new HubError("connector.drifted", `BambooHR's answer for ${what} is not as documented: ${why}`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw drifted("it is not JSON");
    throw error;
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw drifted(`${issue?.path.join(".") ?? ""} ${issue?.code ?? ""}`);
}
