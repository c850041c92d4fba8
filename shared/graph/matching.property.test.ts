import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Match } from "#shared/model/edges.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { Rejection } from "#shared/model/identity.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { SamePerson } from "#shared/model/org.ts";
import { instantOf } from "#shared/model/time.ts";
import { account, person, testEpochMs } from "#shared/testing/facts.ts";

import { likelyPairs } from "./matching-records.ts";
import { Matching } from "./matching.ts";
import { People } from "./people.ts";

/*
 * Small sets of names, addresses and ids, so that twins, passed-on addresses, contradictions, circles of
 * joins and several records of one human are common.
 */

const at = instantOf(testEpochMs);
const hr: readonly ConnectionId[] = [connectionId("hr00000001"), connectionId("hr00000002")];
const tool = connectionId("tool000001");

const personIdOf = (n: number) => factId("person", "hr", hr[n % 2] ?? tool, `p${n}`);
const accountIdOf = (n: number) => factId("account", "tool", tool, `a${n}`);

const names = fc.constantFrom("Ann Lee", "Lee, Ann", "Änn Lee", "Ben Ng", "A Lee", "ann.lee");
const email = fc.constantFrom("ann.lee@x.io", "ann.lee@y.io", "ben@x.io", "alee@x.io");
const small = fc.constantFrom("1", "2", "3");
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const someone = fc.integer({ min: 0, max: 8 });

const anyPerson = fc.record({
  n: someone,
  name: names,
  workEmail: maybe(email),
  former: maybe(email),
  externalId: maybe(small),
  employeeNumber: maybe(small),
  hasLeft: fc.boolean(),
});
const anyAccount = fc.record({
  n: fc.integer({ min: 0, max: 5 }),
  displayName: names,
  workEmail: maybe(email),
  externalId: maybe(small),
  kind: fc.constantFrom("human" as const, "app" as const),
});

interface Parts {
  readonly people: readonly Person[];
  readonly accounts: readonly Account[];
  readonly matches: readonly Match[];
  readonly samePeople: readonly SamePerson[];
  readonly rejections: readonly Rejection[];
}

const words = { connectionId: tool, createdAt: at };
const anyParts: fc.Arbitrary<Parts> = fc
  .record({
    people: fc.uniqueArray(anyPerson, { selector: ({ n }) => n }),
    accounts: fc.uniqueArray(anyAccount, { selector: ({ n }) => n }),
    matches: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5 }), maybe(someone)), {
      selector: ([n]) => n,
      maxLength: 2,
    }),
    same: fc.uniqueArray(fc.tuple(someone, maybe(someone)), {
      selector: ([n]) => n,
      maxLength: 3,
    }),
    rejections: fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), someone), { maxLength: 2 }),
  })
  .map(({ people, accounts, matches, same, rejections }) => ({
    people: people.map((one) => personOf(one)),
    accounts: accounts.map((one) => accountOf(one)),
    matches: matches.map(([n, to]) => ({
      type: "match" as const,
      accountId: accountIdOf(n),
      ...(to !== undefined && { personId: personIdOf(to) }),
      ...words,
    })),
    samePeople: same.map(([n, to]) => ({
      type: "same-person" as const,
      personId: personIdOf(n),
      ...(to !== undefined && { intoId: personIdOf(to) }),
      ...words,
    })),
    rejections: rejections.map(([n, to]) => ({
      type: "rejection" as const,
      subjectId: accountIdOf(n),
      personId: personIdOf(to),
      ...words,
    })),
  }));

function personOf({ n, former, hasLeft, ...given }: FcValue<typeof anyPerson>): Person {
  const { workEmail: _address, ...base } = person(`p${n}`);
  const { workEmail, externalId, employeeNumber } = given;
  return {
    ...base,
    id: personIdOf(n),
    connectionId: hr[n % 2] ?? tool,
    name: given.name,
    employmentStatus: hasLeft ? "inactive" : "active",
    ...(workEmail !== undefined && { workEmail }),
    ...(externalId !== undefined && { externalId }),
    ...(employeeNumber !== undefined && { employeeNumber }),
    ...(former !== undefined && former !== workEmail && { formerWorkEmails: [former] }),
  };
}

function accountOf({ n, workEmail, externalId, ...given }: FcValue<typeof anyAccount>): Account {
  const { workEmail: _address, ...base } = account(`a${n}`);
  return {
    ...base,
    id: accountIdOf(n),
    connectionId: tool,
    ...given,
    ...(workEmail !== undefined && { workEmail }),
    ...(externalId !== undefined && { externalId }),
  };
}

type FcValue<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** All that matching says, in an order of its own. */
function said({ rejections, ...parts }: Parts) {
  const people = new People(parts);
  const standings = [...new Matching(people, rejections).standings()];
  return {
    standings: standings.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    pairs: likelyPairs(people),
    humans: [...people.records()]
      .map(({ id }) => [id, people.canonical(id)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}

describe("matching", () => {
  test("is order-blind: whatever the order of records and statements, it says the same", () => {
    const shuffled = anyParts.chain((parts) => fc.tuple(fc.constant(parts), shuffle(parts)));
    fc.assert(
      fc.property(shuffled, ([parts, others]) => {
        expect(said(others)).toEqual(said(parts));
      }),
      { numRuns: 1500 },
    );
  });

  test("is idempotent: what it bound, stated by an operator, changes nobody's binding", () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const people = new People(parts);
        const bound = [...new Matching(people).standings()].flatMap(([accountId, standing]) =>
          standing.state === "bound"
            ? [{ type: "match" as const, accountId, personId: standing.person.id, ...words }]
            : [],
        );
        const again = new People({ ...parts, matches: [...parts.matches, ...bound] });
        const whose = (of: People) => [...of.accounts()].map(({ id }) => of.personOf(id)?.id);
        expect(whose(again)).toEqual(whose(people));
      }),
    );
  });

  test("binds by an operator's word, an id or an address alone: names never matter", () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const nameless = {
          ...parts,
          people: parts.people.map((one, at) => ({ ...one, name: `Somebody ${at}` })),
          accounts: parts.accounts.map((one, at) => ({ ...one, displayName: `Login ${at}` })),
        };
        const [a, b] = [new People(parts), new People(nameless)];
        for (const { id } of parts.accounts) expect(b.personOf(id)?.id).toBe(a.personOf(id)?.id);
      }),
    );
  });

  test("says bound exactly of the accounts that the rest of the hub takes for bound", () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const people = new People(parts);
        for (const [id, standing] of new Matching(people, parts.rejections).standings()) {
          const bound = standing.state === "bound" ? standing.person.id : undefined;
          expect(bound).toBe(people.personOf(id)?.id);
        }
      }),
    );
  });

  test("never suggests whom an operator ruled out, nor two records of one human as two", () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const people = new People(parts);
        const matching = new Matching(people, parts.rejections);
        for (const [id, standing] of matching.standings()) {
          const ids =
            "candidates" in standing ? standing.candidates.map(({ personId }) => personId) : [];
          expect(new Set(ids.map((one) => people.canonical(one))).size).toBe(ids.length);
          const ruledOut = new Set(
            parts.rejections
              .filter(({ subjectId }) => subjectId === id)
              .map(({ personId }) => people.canonical(personId)),
          );
          expect(ids.filter((one) => ruledOut.has(one))).toEqual([]);
        }
        for (const { personId, intoId } of likelyPairs(people)) {
          expect(people.canonical(personId)).not.toBe(people.canonical(intoId));
        }
      }),
    );
  });
});

function shuffle(parts: Parts): fc.Arbitrary<Parts> {
  const mixed = <T>(list: readonly T[]) =>
    fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });
  return fc.record({
    people: mixed(parts.people),
    accounts: mixed(parts.accounts),
    matches: mixed(parts.matches),
    samePeople: mixed(parts.samePeople),
    rejections: mixed(parts.rejections),
  });
}
