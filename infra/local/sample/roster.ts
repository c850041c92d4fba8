import type { SampleAccount, SamplePerson, SampleUnit, Tool } from "./company.ts";

/** Who is where, for those who hand out work. */
export class Roster {
  readonly #units: ReadonlyMap<string, SampleUnit>;
  readonly #people: readonly SamplePerson[];
  readonly #accounts: readonly SampleAccount[];

  constructor(parts: {
    readonly units: readonly SampleUnit[];
    readonly people: readonly SamplePerson[];
    readonly accounts: readonly SampleAccount[];
  }) {
    this.#units = new Map(parts.units.map((unit) => [unit.id, unit]));
    this.#people = parts.people;
    this.#accounts = parts.accounts;
  }

  /** The head of a unit: its first person. Throws for a unit without people. */
  headOf(unitId: string): SamplePerson {
    const head = this.#people.find((person) => person.unitId === unitId);
    if (!head) throw new RangeError(`unit ${unitId} has no people`);
    return head;
  }

  /** Logins of the unit's people who are still here, head included. */
  accountsOf(unitId: string, tool: Tool): readonly SampleAccount[] {
    const ids = new Set(
      this.#people
        .filter((person) => person.unitId === unitId && person.leftOn === undefined)
        .map((person) => person.id),
    );
    return this.#accounts.filter(
      (account) =>
        account.tool === tool &&
        account.isActive &&
        account.personId !== undefined &&
        ids.has(account.personId),
    );
  }

  /** A person's own login in a tool, if any. */
  accountOf(personId: string, tool: Tool): SampleAccount | undefined {
    return this.#accounts.find((account) => account.tool === tool && account.personId === personId);
  }

  /** Logins whose owner left. */
  leaverAccounts(tool: Tool): readonly SampleAccount[] {
    return this.#accounts.filter((account) => account.tool === tool && !account.isActive);
  }

  account(id: string): SampleAccount | undefined {
    return this.#accounts.find((account) => account.id === id);
  }

  /** The second login of the person who has two in Jira. */
  secondAccount(): SampleAccount | undefined {
    return this.#accounts.find((account) => account.id.endsWith(".jira.2"));
  }

  unit(id: string): SampleUnit | undefined {
    return this.#units.get(id);
  }
}
