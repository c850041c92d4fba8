import { describe } from "vitest";

import type { Table } from "#shared/ports/table.ts";

import { testConditions } from "./table-contract/conditions.ts";
import { testLimits } from "./table-contract/limits.ts";
import { testPages } from "./table-contract/pages.ts";
import { testTransactions } from "./table-contract/transactions.ts";
import { testUnits } from "./table-contract/units.ts";
import { testWrites } from "./table-contract/writes.ts";

export interface TableContractSubject {
  readonly name: string;
  /** A table of its own, empty, for each test. */
  readonly makeTable: () => Promise<Table>;
  /**
   * Whether it counts units as AWS bills them. DynamoDB Local counts four for each KB of a transaction,
   * indexes too, and none for what is not found (version 2.6.1, 2026-11).
   */
  readonly countsAsBilled: boolean;
}

/** Every promise of the `Table` port, as tests. Each adapter must pass all of them. */
export function tableContract(
  name: string,
  makeTable: () => Promise<Table>,
  { countsAsBilled = true } = {},
): void {
  const subject: TableContractSubject = { name, makeTable, countsAsBilled };
  describe(`table contract: ${name}`, () => {
    testWrites(subject);
    testConditions(subject);
    testTransactions(subject);
    testPages(subject);
    testLimits(subject);
    testUnits(subject);
  });
}
