import type { FactId } from "#shared/model/ids.ts";

/** What the hub writes into a tool about one item: the line of sight, in words and as an address. */
export interface SightStatement {
  readonly verdict: string;
  /** One sentence: “Serves Grow in Asia through Payments revamp”. */
  readonly sentence: string;
  /** The goal that is served nearest, if any. */
  readonly goalTitle?: string;
  readonly goalUrl?: string;
  /** The item's page in the hub, which explains it. */
  readonly itemUrl: string;
}

/**
 * A value as it stands in the tool, opaque to everyone but its connector; `null` where there is none.
 * Writing back a value that was read leaves the tool as it was.
 */
export type StoredValue = string | null;

/** The record is there, but has no place for a value: its project lacks the field. */
export interface CannotHold {
  /** For people: “No project of it has the field”. */
  readonly why: string;
}

/**
 * Writing a line of sight into a tool. Off unless the connection's settings ask for it. Each method
 * throws only `HubError`; what is written is recognised by its content and never read as news.
 */
export interface WriteBack {
  /** Where it goes, for people: “the entity property throughline.line-of-sight”. */
  readonly place: string;
  /** What stands there now; records that are gone or hidden are left out. */
  read(ids: readonly FactId[]): Promise<ReadonlyMap<FactId, StoredValue | CannotHold>>;
  /** The value that says this; equal statements give equal values. */
  render(statement: SightStatement): StoredValue;
  /** How a value that stands there reads to people. */
  inWords(value: string): string;
  /** Puts a value there; `null` takes it away. Repeating it changes nothing. */
  write(id: FactId, value: StoredValue): Promise<void>;
}
