import type { Match } from "#shared/model/edges.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { AccountId, PersonId } from "#shared/model/ids.ts";

import { TextIndex } from "./text-index.ts";

interface Bearers {
  readonly records: ReadonlyMap<PersonId, Person>;
  readonly accounts: ReadonlyMap<AccountId, Account>;
  readonly matches: ReadonlyMap<AccountId, Match>;
  /** The record that speaks for the human of this one. */
  readonly canonical: (id: PersonId) => PersonId;
}

/** Finds the accounts that anything connects with a human, without a look at all accounts. */
export class Bearing {
  readonly #ids: readonly AccountId[];
  readonly #recordOf: (id: PersonId) => Person | undefined;
  /** Further records of humans, beside the one that speaks. */
  readonly #others = new Map<PersonId, Person[]>();
  readonly #byMatch = new TextIndex();
  readonly #byEmail = new TextIndex();
  readonly #byExternalId = new TextIndex();

  constructor({ records, accounts, matches, canonical }: Bearers) {
    this.#ids = [...new Set([...accounts.keys(), ...matches.keys()])];
    this.#recordOf = (id) => records.get(id);
    for (const record of records.values()) {
      const human = canonical(record.id);
      if (human === record.id) continue;
      const others = this.#others.get(human);
      if (others) others.push(record);
      else this.#others.set(human, [record]);
    }
    for (const [at, id] of this.#ids.entries()) {
      const { workEmail, externalId } = accounts.get(id) ?? {};
      const matched = matches.get(id)?.personId;
      if (matched !== undefined) this.#byMatch.add(canonical(matched), at);
      if (workEmail !== undefined) this.#byEmail.add(workEmail, at);
      if (externalId !== undefined) this.#byExternalId.add(externalId, at);
    }
  }

  /** Matched with one of the humans, or bearing one of their ids or addresses or one of these. */
  of(
    humans: readonly PersonId[],
    borne: { readonly workEmails: readonly string[]; readonly externalIds: readonly string[] },
  ): readonly AccountId[] {
    const records = humans.flatMap((human) => [
      this.#recordOf(human) ?? [],
      this.#others.get(human) ?? [],
    ]);
    const all = records.flat();
    const emails = [...borne.workEmails, ...all.flatMap(({ workEmail }) => workEmail ?? [])];
    const externalIds = [
      ...borne.externalIds,
      ...all.flatMap(({ externalId }) => externalId ?? []),
    ];
    const found = new Set([
      ...humans.flatMap((human) => this.#byMatch.under(human)),
      ...emails.flatMap((email) => this.#byEmail.under(email)),
      ...externalIds.flatMap((id) => this.#byExternalId.under(id)),
    ]);
    return [...found].toSorted((a, b) => a - b).flatMap((at) => this.#ids[at] ?? []);
  }
}
