import { createHash } from "node:crypto";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Item, Key } from "#shared/ports/table.ts";

/** A stored item that no reader of today understands: of an older or newer schema, or changed by hand. */
export interface Unreadable {
  /** Where it stands; of people and accounts a digest stands for whom it is about. */
  readonly key: string;
  readonly type: string;
  /** Which attribute is wrong and how, without any value. */
  readonly reason: string;
}

/** Told apart by name; all are counted. */
const namedMax = 20;

interface Noted {
  readonly named: Unreadable[];
  readonly keys: Set<string>;
  readonly partitions: Set<string>;
  readonly parents: Set<string>;
}

const none: ReadonlySet<string> = new Set();
/** In the `reverse` index: items under items, and under goals what is part of them or links to them. */
const hangsBelow = /^(?:work-item|goal|link)#/u;

/**
 * What a reader could not read. It is put here and the others go on: one such item must not stop the
 * reading of all, and what it may have said must not count as not said.
 */
export class SetAside {
  /** Made when there is something to note, which is hardly ever. */
  #noted: Noted | undefined;

  /** What `read` makes of the item; undefined, and noted here, where the item does not parse. */
  read<T>(item: Item, read: (item: Item) => T): T | undefined {
    try {
      return read(item);
    } catch (error) {
      const reason = unreadableBecause(error);
      if (reason === undefined) throw error;
      this.#add(item, reason);
      return undefined;
    }
  }

  #add(item: Item, reason: string): void {
    const key = textOfKey(item);
    const noted = this.#notes();
    if (noted.keys.has(key)) return;
    noted.keys.add(key);
    noted.partitions.add(item.pk);
    const { type, rpk, rsk } = item;
    // The attributes of indexes are the hub's own, and say what it hangs under whatever else is wrong.
    const isBelow = typeof rsk === "string" && hangsBelow.test(rsk);
    if (isBelow && typeof rpk === "string") noted.parents.add(rpk);
    if (noted.named.length >= namedMax) return;
    noted.named.push({ key: shownKey(item), type: typeof type === "string" ? type : "?", reason });
  }

  /** Takes in what another reader could not read. */
  include(other: SetAside): void {
    if (other.#noted === undefined) return;
    const { named, keys, partitions, parents } = other.#noted;
    const noted = this.#notes();
    for (const key of keys) noted.keys.add(key);
    for (const id of partitions) noted.partitions.add(id);
    for (const id of parents) noted.parents.add(id);
    noted.named.push(...named.slice(0, namedMax - noted.named.length));
  }

  #notes(): Noted {
    this.#noted ??= { named: [], keys: new Set(), partitions: new Set(), parents: new Set() };
    return this.#noted;
  }

  get count(): number {
    return this.keys.size;
  }

  /** The first of them. */
  get named(): readonly Unreadable[] {
    return this.#noted?.named ?? [];
  }

  /** Keys as `textOfKey` writes them. */
  get keys(): ReadonlySet<string> {
    return this.#noted?.keys ?? none;
  }

  /** Ids of what has something unreadable at itself or among its edges. */
  get partitions(): ReadonlySet<string> {
    return this.#noted?.partitions ?? none;
  }

  /** Work items and goals under which something hangs that cannot be read. */
  get parents(): ReadonlySet<string> {
    return this.#noted?.parents ?? none;
  }
}

export function textOfKey({ pk, sk }: Key): string {
  return sk === "0" ? pk : `${pk} ${sk}`;
}

/** Why an item does not parse; undefined for a failure of another kind, which must go on failing. */
function unreadableBecause(error: unknown): string | undefined {
  if (error instanceof z.ZodError) {
    const [first] = error.issues;
    return `${first?.path.join(".") ?? ""}: ${first?.message ?? "?"}`;
  }
  if (!(error instanceof HubError) || error.code !== "invariant.broken") return undefined;
  const path = error.details?.["path"];
  return typeof path === "string" && path !== "" ? `${path}: ${error.message}` : error.message;
}

const aboutPeople: ReadonlySet<string> = new Set(["person", "account"]);

/** Native ids of people may be addresses, and what is reported of an item outlives its erasure. */
function shownKey({ pk, sk }: Key): string {
  const about = readFactId(pk);
  if (!about || !aboutPeople.has(about.type)) return textOfKey({ pk, sk });
  const digest = createHash("sha256").update(`${pk} ${sk}`).digest("hex").slice(0, 12);
  const what = sk === "0" ? "" : ` ${sk.split("#")[0] ?? ""}`;
  return `${about.connector}:${about.type}:${about.connectionId}:(${digest})${what}`;
}

/** One line in the log for each that is named. */
export function reportSetAside(logger: Logger, all: readonly SetAside[]): void {
  for (const { key, type, reason } of all.flatMap(({ named }) => named)) {
    logger.error("store.set-aside", { key, type, reason });
  }
}
