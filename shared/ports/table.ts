/** Any JSON value that DynamoDB's document form can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** One item: its key, the index attributes it takes part in, and plain data. Undefined is never stored. */
export interface Item extends Key {
  readonly [attribute: string]: Json;
}

/** The indexes of the hub table; `shared/store/keys.ts` says what each is for. */
export const indexes = {
  reverse: { partition: "rpk", sort: "rsk", projection: "KEYS_ONLY" },
  assignee: { partition: "apk", sort: "pk", projection: "KEYS_ONLY" },
  list: { partition: "lpk", sort: "lsk", projection: "ALL" },
  connection: {
    partition: "cpk",
    sort: "pk",
    projection: [
      "type",
      "kind",
      "container",
      "createdAt",
      "parentId",
      "otherParentIds",
      "toId",
      "blockingId",
      "source",
      "assertedBy",
    ],
  },
} as const satisfies Record<string, IndexKeys>;

interface IndexKeys {
  readonly partition: string;
  readonly sort: string;
  /** What an entry holds: all of its item, its keys alone, or these attributes beside them. */
  readonly projection: "ALL" | "KEYS_ONLY" | readonly string[];
}

export type IndexName = keyof typeof indexes;

/** One comparison of a stored attribute. A comparison with an absent attribute is false. */
export type Test =
  | readonly [
      attribute: string,
      op: "=" | "<>" | "<" | "<=" | ">" | ">=",
      value: string | number | boolean,
    ]
  | readonly [attribute: string, op: "exists" | "absent"];

/** Any of these clauses, each being all of its tests. An empty list means "always". */
export type Condition = readonly (readonly Test[])[];

export type Write =
  | { readonly kind: "put"; readonly item: Item; readonly condition: Condition }
  | { readonly kind: "delete"; readonly key: Key; readonly condition: Condition }
  | { readonly kind: "check"; readonly key: Key; readonly condition: Condition };

export type WriteOutcome =
  | { readonly applied: true }
  /** The item as it stood when the condition failed, if there was one. */
  | { readonly applied: false; readonly current: Item | undefined };

export type TransactOutcome =
  | { readonly applied: true }
  /** Index of each write whose condition failed, with the item that stood there. */
  | {
      readonly applied: false;
      readonly failed: readonly { readonly index: number; readonly current: Item | undefined }[];
    };

export interface QueryRequest {
  readonly index?: IndexName;
  readonly partition: string;
  /** Begins-with on the sort key. */
  readonly sortPrefix?: string;
  readonly descending?: boolean;
  /** At most this many items; default: one page of up to 1 MB. */
  readonly limit?: number;
  /** The `next` of an earlier page. */
  readonly after?: string;
  /** Strongly consistent; refused on an index. */
  readonly consistent?: boolean;
}

export interface Page {
  readonly items: readonly Item[];
  /** Opaque; absent at the end. */
  readonly next?: string;
}

/**
 * Units as DynamoDB bills them on demand: 1 read unit = 4 KB strongly consistent (0.5 eventually),
 * 1 write unit = 1 KB, doubled in transactions, failed conditions included. Index writes are apart:
 * they happen only when an index attribute or a projected attribute changes.
 */
export interface Usage {
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly indexWriteUnits: number;
}

/**
 * The hub table, as narrow as the hub needs. Both adapters keep the same promises, held by
 * `shared/testing/table-contract.ts`. Infrastructure failures throw `HubError("store.unavailable")`.
 */
export interface Table {
  /** Strongly consistent. */
  get(key: Key): Promise<Item | undefined>;
  /** Strongly consistent; any number of keys; order and absent items are not kept. */
  batchGet(keys: readonly Key[]): Promise<readonly Item[]>;
  query(request: QueryRequest): Promise<Page>;
  /** Eventually consistent scan of a segment. */
  scan(request: {
    readonly segment: number;
    readonly segments: number;
    readonly after?: string;
  }): Promise<Page>;
  write(write: Write): Promise<WriteOutcome>;
  /** All or nothing; 1 to 100 writes, each on another item. */
  transact(writes: readonly Write[]): Promise<TransactOutcome>;
  /** Adds to number attributes, creating the item; `set` puts fixed attributes beside them. */
  add(
    key: Key,
    amounts: Readonly<Record<string, number>>,
    set?: Readonly<Record<string, string | number>>,
  ): Promise<void>;
  usage(): Usage;
}

/** One change of one item, as the table's stream tells it. `before` is absent for a new item. */
export interface ItemChange {
  /** Opaque text; grows within a shard. */
  readonly sequenceNumber: string;
  readonly before?: Item;
  readonly after?: Item;
}

/** Decodes one record of the stream; the adapter that knows its encoding provides it. */
export type ReadRecord = (record: unknown) => ItemChange;
