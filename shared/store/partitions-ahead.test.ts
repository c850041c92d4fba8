import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { QueryRequest, Table } from "#shared/ports/table.ts";

import { withPartitionsAhead } from "./partitions-ahead.ts";

async function tableWith(...partitions: readonly string[]): Promise<Table> {
  const table = createMemoryTable();
  for (const pk of partitions) {
    for (const sk of ["0", "link#1"]) {
      await table.write({ kind: "put", item: { pk, sk }, condition: [] });
    }
  }
  return table;
}

function counting(table: Table, asked: QueryRequest[]): Table {
  return {
    ...table,
    query: (request) => {
      asked.push(request);
      return table.query(request);
    },
  };
}

test("a partition that is read ahead is asked for once, and any other query as ever", async () => {
  const asked: QueryRequest[] = [];
  const table = withPartitionsAhead(counting(await tableWith("a", "b"), asked), ["a"]);
  expect(asked.map(({ partition }) => partition)).toEqual(["a"]);
  const whole = await table.query({ partition: "a", consistent: true });
  expect(whole.items).toHaveLength(2);
  expect(asked).toHaveLength(1);
  const some = await table.query({ partition: "a", consistent: true, sortPrefix: "link#" });
  expect(some.items).toHaveLength(1);
  await table.query({ partition: "a" });
  await table.query({ partition: "b", consistent: true });
  expect(asked).toHaveLength(4);
});

test("a reading ahead that fails fails whoever asks for it, and nobody else", async () => {
  const broken = { ...(await tableWith("a")), query: () => Promise.reject(new Error("Away")) };
  const table = withPartitionsAhead(broken, ["a", "b"]);
  await expect(table.query({ partition: "a", consistent: true })).rejects.toThrow("Away");
});
