import { Org } from "#shared/graph/org.ts";
import type { OrgParts } from "#shared/graph/org.ts";
import { Match } from "#shared/model/edges.ts";
import type { Account, Fact, OrgUnit, Person } from "#shared/model/facts.ts";
import { Membership, SamePerson } from "#shared/model/org.ts";
import { dateOf } from "#shared/model/time.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readFactItem } from "./facts.ts";
import { lists, orgVersionKey } from "./keys.ts";
import { queryAll } from "./list.ts";

/** An index shows a write a moment later. What was read sooner after a change is read once more. */
const indexLagMsMax = 10_000;

/** Tells every reader that people, accounts, units or matches are others now. */
export async function announceOrgChange(table: Table, clock: Clock): Promise<void> {
  await table.add(orgVersionKey, { version: 1 }, { changedAtMs: clock.nowMs() });
}

interface Cached {
  readonly version: number;
  /** Teams of a day end and begin without a write. */
  readonly day: CalendarDate;
  readonly readAtMs: number;
  readonly org: Promise<Org>;
}

/**
 * Reads the organisation whole and keeps it while its version stands: one read unit a look, where
 * nothing changed. One reader per process; safe to share between concurrent invocations.
 */
export class OrgReader {
  readonly #table: Table;
  readonly #clock: Clock;
  #cached: Cached | undefined;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async read(): Promise<Org> {
    const stored = await this.#table.get(orgVersionKey);
    const version = Number(stored?.["version"] ?? 0);
    const changedAtMs = Number(stored?.["changedAtMs"] ?? 0);
    const kept = this.#cached;
    const day = dateOf(this.#clock.now());
    const isSame = kept?.version === version && kept.day === day;
    if (isSame && !this.#mayLag(kept, changedAtMs)) return kept.org;
    const readAtMs = this.#clock.nowMs();
    const fresh: Cached = { version, day, readAtMs, org: this.#load(day) };
    this.#cached = fresh;
    // A failed load must not be remembered as the truth of this version.
    fresh.org.catch(() => {
      if (this.#cached === fresh) this.#cached = undefined;
    });
    return fresh.org;
  }

  #mayLag({ readAtMs }: Cached, changedAtMs: number): boolean {
    const wasSoon = readAtMs < changedAtMs + indexLagMsMax;
    return wasSoon && this.#clock.nowMs() >= readAtMs + indexLagMsMax;
  }

  async #load(day: CalendarDate): Promise<Org> {
    return new Org({ ...(await readOrgParts(this.#table)), day });
  }
}

/** Everything that the organisation is made of, of all days. */
export async function readOrgParts(table: Table): Promise<OrgParts> {
  const read = (partition: string) => queryAll(table, { index: "list", partition });
  const [people, units, accounts, matches, memberships, samePeople] = await Promise.all([
    read(lists.people),
    read(lists.orgUnits),
    read(lists.accounts),
    read(lists.matches),
    read(lists.memberships),
    read(lists.samePeople),
  ]);
  const facts = factsIn([...people, ...units, ...accounts]);
  return {
    people: facts.filter((fact): fact is Person => fact.type === "person"),
    units: facts.filter((fact): fact is OrgUnit => fact.type === "org-unit"),
    accounts: facts.filter((fact): fact is Account => fact.type === "account"),
    matches: matches.map((item) => fromItem(Match, item)),
    memberships: memberships.map((item) => fromItem(Membership, item)),
    samePeople: samePeople.map((item) => fromItem(SamePerson, item)),
  };
}

function factsIn(items: readonly Item[]): readonly Fact[] {
  return items.flatMap((item) => {
    const stored = readFactItem(item);
    return stored && !stored.isRemoved ? [stored.fact] : [];
  });
}

interface Bindings {
  readonly matches: Iterable<Match>;
  readonly memberships?: Iterable<Membership>;
  readonly samePeople?: Iterable<SamePerson>;
  readonly day?: CalendarDate;
}

/** The organisation out of facts already in hand: of a scan, or of a test. */
export function orgOf(facts: Iterable<Fact>, bindings: Bindings): Org {
  const parts = { people: [] as Person[], units: [] as OrgUnit[], accounts: [] as Account[] };
  for (const fact of facts) {
    if (fact.type === "person") parts.people.push(fact);
    else if (fact.type === "org-unit") parts.units.push(fact);
    else if (fact.type === "account") parts.accounts.push(fact);
  }
  return new Org({ ...parts, ...bindings });
}
