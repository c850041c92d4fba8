import * as fc from "fast-check";

import { HubError } from "#shared/errors.ts";
import type { Condition, Item, Key, QueryRequest, Table, Write } from "#shared/ports/table.ts";

/** One call of a table, as data. */
export type TableCommand =
  | { readonly kind: "get"; readonly key: Key }
  | { readonly kind: "batch-get"; readonly keys: readonly Key[] }
  | { readonly kind: "write"; readonly write: Write }
  | { readonly kind: "transact"; readonly writes: readonly Write[] }
  | {
      readonly kind: "add";
      readonly key: Key;
      readonly amounts: Readonly<Record<string, number>>;
      readonly set: Readonly<Record<string, string>>;
    }
  | { readonly kind: "query"; readonly request: QueryRequest }
  | { readonly kind: "scan" };

// Few of each, so that commands meet on the same items.
const partition = fc.constantFrom("p", "q", "é", "😀", "\uffee");
const sort = fc.constantFrom("s", "sa", "S", "\u0000", "t", "😀", "\uffee");
const key: fc.Arbitrary<Key> = fc.record({ pk: partition, sk: sort });
const version = fc.integer({ min: -3, max: 3 });
const text = fc.oneof(
  fc.constantFrom("", "a", "b", "é"),
  fc.nat(6).map((kb) => "x".repeat(kb * 700)),
);

const item: fc.Arbitrary<Item> = fc
  .record(
    {
      rpk: partition,
      rsk: sort,
      apk: partition,
      lpk: partition,
      lsk: sort,
      cpk: partition,
      kind: fc.constantFrom("epic", "story"),
      version,
      text,
      data: fc.jsonValue({ maxDepth: 3 }).filter(isStorable),
      number: fc.oneof(
        fc
          .double({ noNaN: true, min: -1e9, max: 1e9 })
          .filter((value) => value === 0 || Math.abs(value) > 1e-100),
        fc.maxSafeInteger(),
      ),
    },
    { requiredKeys: [] },
  )
  .chain((attributes) => key.map((at): Item => ({ ...attributes, ...at }) as Item));

const condition: fc.Arbitrary<Condition> = fc.array(
  fc.array(
    fc.oneof(
      fc.tuple(
        fc.constantFrom("pk", "version", "text", "rpk"),
        fc.constantFrom("exists", "absent"),
      ),
      fc.tuple(fc.constant("version"), fc.constantFrom("=", "<>", "<", "<=", ">", ">="), version),
      fc.tuple(
        fc.constantFrom("text", "lpk"),
        fc.constantFrom("=", "<>", "<", "<=", ">", ">="),
        fc.constantFrom("a", "b", "é", "\uffee"),
      ),
    ),
    { maxLength: 3 },
  ),
  { maxLength: 2 },
) as fc.Arbitrary<Condition>;

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), item, condition }) },
  fc.record({ kind: fc.constant("delete" as const), key, condition }),
  fc.record({ kind: fc.constant("check" as const), key, condition }),
);

const query: fc.Arbitrary<QueryRequest> = fc.record(
  {
    index: fc.constantFrom(
      "reverse" as const,
      "assignee" as const,
      "list" as const,
      "connection" as const,
    ),
    partition,
    sortPrefix: fc.constantFrom("s", "sa", "😀", "p"),
    descending: fc.boolean(),
    limit: fc.integer({ min: 1, max: 3 }),
    consistent: fc.boolean(),
  },
  { requiredKeys: ["partition"] },
);

/** Histories of calls that often meet on the same items. */
export const tableCommands: fc.Arbitrary<readonly TableCommand[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("write" as const), write }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("transact" as const),
        writes: fc.array(write, { minLength: 1, maxLength: 6 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("add" as const),
        key,
        amounts: fc.record({ version }),
        set: fc.record({ lpk: partition, text }, { requiredKeys: [] }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("query" as const), request: query }) },
    fc.record({ kind: fc.constant("get" as const), key }),
    fc.record({ kind: fc.constant("batch-get" as const), keys: fc.array(key, { maxLength: 8 }) }),
    fc.record({ kind: fc.constant("scan" as const) }),
  ),
  { minLength: 5, maxLength: 60 },
);

/** The answer of a call in a form that can be compared: where order is not promised, sorted. */
export async function runTableCommand(table: Table, command: TableCommand): Promise<unknown> {
  try {
    return await answer(table, command);
  } catch (error) {
    if (error instanceof HubError) return { refused: error.code };
    throw error;
  }
}

async function answer(table: Table, command: TableCommand): Promise<unknown> {
  let result: unknown;
  switch (command.kind) {
    case "get":
      result = await table.get(command.key);
      break;
    case "batch-get":
      result = inKeyOrder(await table.batchGet(command.keys));
      break;
    case "write":
      result = await table.write(command.write);
      break;
    case "transact":
      result = await table.transact(command.writes);
      break;
    case "add":
      await table.add(command.key, command.amounts, command.set);
      break;
    case "query":
      result = await walk(table, command.request);
      break;
    case "scan":
      result = inKeyOrder((await table.scan({ segment: 0, segments: 1 })).items);
      break;
  }
  return result;
}

async function walk(table: Table, request: QueryRequest): Promise<unknown> {
  const pages = [await table.query(request)];
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
    pages.push(await table.query({ ...request, after: next }));
  }
  // Equal keys of an index have no promised order, so that pages may cut them differently.
  return request.index === undefined
    ? pages.map(({ items }) => items)
    : inKeyOrder(pages.flatMap(({ items }) => items));
}

function inKeyOrder(items: readonly Item[]): readonly Item[] {
  return items.toSorted((left, right) =>
    JSON.stringify([left.pk, left.sk]) < JSON.stringify([right.pk, right.sk]) ? -1 : 1,
  );
}

/** Leaves out what every adapter refuses; the contract tests that by cases of its own. */
function isStorable(value: unknown): boolean {
  return (
    !/"":|"__proto__":|e-1[3-9]\d|e-[23]\d\d/u.test(JSON.stringify(value)) && !hasWideNumber(value)
  );
}

function hasWideNumber(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return typeof value === "object" && value !== null && Object.values(value).some(hasWideNumber);
}
