import { Org } from "#shared/graph/org.ts";
import { Match } from "#shared/model/edges.ts";
import type { Account, Fact, OrgUnit, Person } from "#shared/model/facts.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readFactItem } from "./facts.ts";
import { lists, orgVersionKey } from "./keys.ts";
import { queryAll } from "./list.ts";

/**
 * Reads the organisation whole and keeps it while its version stands: one read unit a look, where
 * nothing changed. One reader per process; safe to share between concurrent invocations.
 */
export class OrgReader {
  readonly #table: Table;
  #cached: { readonly version: number; readonly org: Promise<Org> } | undefined;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(): Promise<Org> {
    const stored = await this.#table.get(orgVersionKey);
    const version = Number(stored?.["version"] ?? 0);
    if (this.#cached?.version !== version) {
      const org = this.#load();
      this.#cached = { version, org };
      // A failed load must not be remembered as the truth of this version.
      org.catch(() => {
        this.#cached = undefined;
      });
    }
    return this.#cached.org;
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
