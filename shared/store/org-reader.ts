import { Org } from "#shared/graph/org.ts";
import { Match } from "#shared/model/edges.ts";
import type { Account, Fact, OrgUnit, Person } from "#shared/model/facts.ts";
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
    if (kept?.version === version && !this.#mayLag(kept, changedAtMs)) return kept.org;
    const fresh: Cached = { version, readAtMs: this.#clock.nowMs(), org: this.#load() };
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

  async #load(): Promise<Org> {
    const [people, units, accounts, matches] = await Promise.all(
      [lists.people, lists.orgUnits, lists.accounts, lists.matches].map((partition) =>
        queryAll(this.#table, { index: "list", partition }),
      ),
    );
    return orgFrom([...(people ?? []), ...(units ?? []), ...(accounts ?? [])], matches ?? []);
  }
}

function orgFrom(factItems: readonly Item[], matchItems: readonly Item[]): Org {
  const facts = factItems.flatMap((item) => {
    const stored = readFactItem(item);
    return stored && !stored.isRemoved ? [stored.fact] : [];
  });
  return new Org({
    people: facts.filter((fact): fact is Person => fact.type === "person"),
    units: facts.filter((fact): fact is OrgUnit => fact.type === "org-unit"),
    accounts: facts.filter((fact): fact is Account => fact.type === "account"),
    matches: matchItems.map((item) => fromItem(Match, item)),
  });
}

/** The organisation out of facts already in hand: of a scan, or of a test. */
export function orgOf(facts: Iterable<Fact>, matches: Iterable<Match>): Org {
  const parts = { people: [] as Person[], units: [] as OrgUnit[], accounts: [] as Account[] };
  for (const fact of facts) {
    if (fact.type === "person") parts.people.push(fact);
    else if (fact.type === "org-unit") parts.units.push(fact);
    else if (fact.type === "account") parts.accounts.push(fact);
  }
  return new Org({ ...parts, matches });
}
