import type { Gap } from "#shared/kit/connector.ts";
import type { Instant } from "#shared/model/time.ts";

import type { BambooClient, DatedRow, RowsByEmployee } from "./client.ts";
import type { DatedTable } from "./fields.ts";

/** What the tables say of one employee. A table that is absent is one that we may not see. */
export type EmployeeRows = Readonly<Partial<Record<DatedTable, readonly DatedRow[]>>>;

/** The rows of those that were asked for. */
export interface DatedRows {
  /** Undefined: this reading does not hold them, ask for them by id. */
  of(id: string): EmployeeRows | undefined;
  /** Tables that were asked for and are not shown. */
  readonly hidden: readonly DatedTable[];
}

/** Reads the dated tables of the settings, one request for all employees wherever there is one. */
export class TableReader {
  readonly #client: BambooClient;
  readonly #tables: readonly DatedTable[];

  constructor(client: BambooClient, tables: readonly DatedTable[]) {
    this.#client = client;
    this.#tables = tables;
  }

  /** Everybody's: one request per table. */
  async ofAll(): Promise<DatedRows> {
    const read = await this.#each((table) => this.#client.readTable(table, "all"));
    return { of: (id) => rowsIn(read, id), hidden: hiddenOf(read) };
  }

  /** Those of everybody who changed since: one request per table. */
  async ofChanged(since: Instant): Promise<DatedRows> {
    const read = await this.#each((table) => this.#client.readChangedTable(table, since));
    const shown = [...read.values()].filter((rows) => rows !== undefined);
    return {
      // Who is in none of the answers may have changed in a moment that they do not cover.
      of: (id) => (shown.every((rows) => rows.has(id)) ? rowsIn(read, id) : undefined),
      hidden: hiddenOf(read),
    };
  }

  /** One employee's: one request per table. */
  async ofOne(id: string): Promise<DatedRows> {
    const read = await this.#each((table) => this.#client.readTable(table, id));
    return { of: (asked) => rowsIn(read, asked), hidden: hiddenOf(read) };
  }

  async #each(
    ask: (table: DatedTable) => Promise<RowsByEmployee | undefined>,
  ): Promise<ReadonlyMap<DatedTable, RowsByEmployee | undefined>> {
    const read = new Map<DatedTable, RowsByEmployee | undefined>();
    for (const table of this.#tables) read.set(table, await ask(table));
    return read;
  }
}

/** What an admin is told of tables that are not shown. */
export function tableGap(table: DatedTable): Gap {
  return {
    what: `Table ${table}`,
    why:
      table === "jobInfo"
        ? "BambooHR does not show it to our account: moves are known only on the day they happen"
        : "BambooHR does not show it to our account: leaving is known ahead only where the termination date says so",
  };
}

function rowsIn(
  read: ReadonlyMap<DatedTable, RowsByEmployee | undefined>,
  id: string,
): EmployeeRows {
  return Object.fromEntries(
    [...read].flatMap(([table, rows]) => (rows === undefined ? [] : [[table, rows.get(id) ?? []]])),
  );
}

function hiddenOf(
  read: ReadonlyMap<DatedTable, RowsByEmployee | undefined>,
): readonly DatedTable[] {
  return [...read].flatMap(([table, rows]) => (rows === undefined ? [table] : []));
}
