import { describe, expect, test } from "vitest";

import type { Person } from "#shared/model/facts.ts";
import type { Rejection } from "#shared/model/identity.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { CalendarDate, instantOf } from "#shared/model/time.ts";
import { person, testEpochMs } from "#shared/testing/facts.ts";

import { likelyPairs } from "./matching-records.ts";
import { People } from "./people.ts";

const scim = connectionId("scim000001");

const { workEmail: _address, ...bare } = person("ann", { name: "Ann Lee" });
const hr = (name: string, given: Partial<Person> = {}): Person => ({
  ...bare,
  id: person(name).id,
  ...given,
});
const directory = (name: string, given: Partial<Person> = {}): Person => ({
  ...bare,
  id: factId("person", "scim", scim, name),
  connectionId: scim,
  ...given,
});
const started = CalendarDate.parse("2024-01-02");

function pairsOf(people: readonly Person[], rejections: readonly Rejection[] = []) {
  return likelyPairs(new People({ people, accounts: [], matches: [] }), rejections);
}
const signsOf = (...people: Person[]) => pairsOf(people).map(({ signs }) => signs);

describe("records of two systems that may be one human", () => {
  test.each<[string, Partial<Person>, Partial<Person>, string]>([
    [
      "one employee number",
      { employeeNumber: "7" },
      { employeeNumber: "7" },
      "same-employee-number",
    ],
    [
      "one's number is the other's id",
      { employeeNumber: "7" },
      { externalId: "7" },
      "number-is-external-id",
    ],
    ["one id", { externalId: "e" }, { externalId: "e" }, "same-external-id"],
    ["one name and first day", { startOn: started }, { startOn: started }, "same-name-and-start"],
    ["one name in another order", {}, { name: "Lee, Ann" }, "same-name"],
    [
      "the address that the other had",
      { workEmail: "new@x.io", formerWorkEmails: ["old@x.io"] },
      { workEmail: "old@x.io" },
      "former-address",
    ],
  ])("%s", (_case, a, b, sign) => {
    expect(signsOf(hr("a", a), directory("b", b))[0]).toContain(sign);
  });

  test("names that differ weigh against, and one number alone is not enough then", () => {
    const other = directory("b", { name: "Bo Ng", employeeNumber: "7" });
    expect(pairsOf([hr("a", { employeeNumber: "7" }), other])).toEqual([]);
  });

  test("the record that says more is the one to go on", () => {
    const placed = directory("b", { managerId: person("boss").id });
    expect(pairsOf([hr("a"), placed])).toMatchObject([{ intoId: placed.id }]);
  });

  test("those ruled out are not suggested again, whichever of the two was named", () => {
    const [a, b] = [hr("a"), directory("b")];
    const ruledOut = (subject: Person, other: Person): Rejection => ({
      type: "rejection",
      subjectId: subject.id,
      personId: other.id,
      connectionId: scim,
      createdAt: instantOf(testEpochMs),
    });
    expect(pairsOf([a, b], [ruledOut(a, b)])).toEqual([]);
    expect(pairsOf([a, b], [ruledOut(b, a)])).toEqual([]);
  });

  test("joined by one address already, they are no suggestion", () => {
    const email = { workEmail: "ann@x.io" };
    expect(pairsOf([hr("a", email), directory("b", email)])).toEqual([]);
  });
});

describe("records of one system", () => {
  test("with one name are two people", () => {
    expect(pairsOf([hr("a", { startOn: started }), hr("b", { startOn: started })])).toEqual([]);
  });

  test("with one address are suggested, since it is a mistake or somebody who came back", () => {
    const email = { workEmail: "ann@x.io" };
    expect(signsOf(hr("a", email), hr("b", email))).toEqual([["shared-address"]]);
  });

  test("of which one has the other's former address are two people: it was passed on", () => {
    const a = hr("a", { workEmail: "new@x.io", formerWorkEmails: ["old@x.io"] });
    expect(pairsOf([a, hr("b", { name: "Bo Ng", workEmail: "old@x.io" })])).toEqual([]);
  });
});
