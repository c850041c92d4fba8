import { describe, expect, test } from "vitest";

import type { Match } from "#shared/model/edges.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { Rejection } from "#shared/model/identity.ts";
import { connectionId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import {
  account,
  accountId,
  orgUnit,
  person,
  personId,
  testEpochMs,
  unitId,
  workConnection,
} from "#shared/testing/facts.ts";

import { explainCandidates, explainStanding } from "./matching-reasons.ts";
import { Matching } from "./matching.ts";
import { Org } from "./org.ts";

const at = instantOf(testEpochMs);

interface Given {
  readonly people: readonly Person[];
  readonly accounts: readonly Account[];
  readonly matches?: readonly Match[];
  readonly rejections?: readonly Rejection[];
}

/** What a human would be shown of the account. */
function shown(id: string, { people, accounts, matches = [], rejections = [] }: Given) {
  const units = ["payments", "search"].map((name) => orgUnit(name));
  const org = new Org({ people, units, accounts, matches });
  const standing = new Matching(org.humans, rejections).standing(accountId(id));
  const own = accounts.find((one) => one.id === accountId(id));
  if (!standing || !own) throw new Error(`No account ${id}`);
  const candidates = "candidates" in standing ? standing.candidates : [];
  const suggestions = explainCandidates(org, own, candidates);
  return {
    state: standing.state,
    person: org.personOf(own.id)?.id,
    because: explainStanding(own, standing),
    suggested: suggestions.map((one) => one.personId),
    strengths: suggestions.map(({ strength }) => strength),
    reasons: suggestions.map(({ reasons }) => reasons.map(({ text }) => text)),
  };
}

const { workEmail: _email, ...hidden } = account("jira");
const named = (displayName: string): Account => ({ ...hidden, displayName });
const ann = person("ann", { name: "Ann Lee" });
const word = (given: Partial<Match>): Match => ({
  type: "match",
  accountId: accountId("jira"),
  connectionId: workConnection,
  createdAt: at,
  ...given,
});

describe("what binds", () => {
  test("an exact work address, the identity provider's id, an operator's word, and each says so", () => {
    const mail = shown("ann", { people: [ann], accounts: [account("ann")] });
    expect([mail.state, mail.person]).toEqual(["bound", ann.id]);
    expect(mail.because).toBe("Both have the same work address, and nobody else has or had it.");
    const managed = { ...named("x"), externalId: "e1" };
    const byId = { people: [{ ...ann, externalId: "e1" }], accounts: [managed] };
    expect(shown("jira", byId).because).toContain("identity provider");
    const matches = [word({ personId: ann.id })];
    const said = shown("jira", { people: [ann], accounts: [named("x")], matches });
    expect([said.state, said.because]).toEqual(["bound", "An operator said so on 2026-03-02."]);
  });

  test.each(["Ann Lee", "LEE, Ann", "Lee Ann", "Ann M. Lee", "Ánn  Lée", "ann.lee", "alee"])(
    "never a name: %s is suggested, not bound",
    (displayName) => {
      const given = { people: [ann], accounts: [named(displayName)] };
      expect(shown("jira", given)).toMatchObject({
        state: "unmatched",
        person: undefined,
        suggested: [ann.id],
      });
    },
  );

  test("an id and an address that name two people bind neither", () => {
    const ben = person("ben", { externalId: "e1" });
    const accounts = [account("ann", { externalId: "e1", displayName: "somebody" })];
    const { state, person: bound, suggested } = shown("ann", { people: [ann, ben], accounts });
    expect([state, bound, suggested]).toEqual(["ambiguous", undefined, [ben.id, ann.id]]);
  });

  test("an operator's exclusion, with its kind; and the tool's word for bots and guests", () => {
    const matches = [word({ exclusion: "shared-login" })];
    const excluded = shown("jira", { people: [ann], accounts: [named("Ann Lee")], matches });
    expect([excluded.state, excluded.suggested]).toEqual(["excluded", []]);
    const bot = { ...named("Ann Lee"), kind: "app" as const };
    expect(shown("jira", { people: [ann], accounts: [bot] })).toMatchObject({
      state: "excluded",
      because: "The tool says that it is an app's.",
    });
  });
});

describe("the wrong person", () => {
  const twin = (name: string, unit: string) =>
    person(name, { name: "Ann Lee", unitId: unitId(unit) });

  test("of two people with one name both are suggested, with what tells them apart", () => {
    const people = [twin("ann1", "payments"), twin("ann2", "search")];
    const found = shown("jira", { people, accounts: [named("Ann Lee")] });
    expect(found).toMatchObject({ state: "unmatched", person: undefined });
    expect(found.suggested).toEqual([personId("ann1"), personId("ann2")]);
    expect(found.reasons[0]).toContain("Others have this name too; this one: payments.");
    expect(found.reasons[1]?.join(" ")).toContain("search");
  });

  test("the one who already has an account in the tool comes last", () => {
    const people = [twin("ann1", "payments"), twin("ann2", "search")];
    const accounts = [named("Ann Lee"), account("ann1")];
    const found = shown("jira", { people, accounts });
    expect(found.suggested).toEqual([personId("ann2"), personId("ann1")]);
    expect(found.reasons[1]).toContain("Already has an account in this tool.");
  });

  test("a changed address is suggested, with the reason, and never binds", () => {
    const changed = { ...ann, formerWorkEmails: ["ann.old@company.example"] };
    const accounts = [
      account("jira", { workEmail: "ann.old@company.example", displayName: "Ann Old" }),
    ];
    const found = shown("jira", { people: [changed], accounts });
    expect([found.state, found.person, found.strengths]).toEqual([
      "unmatched",
      undefined,
      ["strong"],
    ]);
    expect(found.reasons[0]).toContain("The address ann.old@… was Ann Lee's before.");
  });

  test("an address that went from one to another binds neither", () => {
    const before = {
      ...ann,
      workEmail: "a@company.example",
      formerWorkEmails: ["ann@company.example"],
    };
    const now = person("anna", { name: "Anna Ng", workEmail: "ann@company.example" });
    const found = shown("ann", { people: [before, now], accounts: [account("ann")] });
    expect([found.state, found.person]).toEqual(["ambiguous", undefined]);
    expect(found.because).toBe("More than one person has or had the address ann@….");
    expect(found.suggested).toEqual([before.id, now.id]);
  });

  test("a surname alone suggests nobody", () => {
    const given = { people: [ann], accounts: [named("Bob Lee"), named("Lee")] };
    expect(shown("jira", given).suggested).toEqual([]);
  });

  test("a name that many people have suggests none of them", () => {
    const people = Array.from({ length: 11 }, (_, at) => person(`a${at}`, { name: "Ann Lee" }));
    expect(shown("jira", { people, accounts: [named("Ann Lee")] }).suggested).toEqual([]);
  });

  test("whom an operator said it is not is not suggested again", () => {
    const rejections: Rejection[] = [
      {
        type: "rejection",
        subjectId: accountId("jira"),
        personId: ann.id,
        connectionId: workConnection,
        createdAt: at,
      },
    ];
    const given = { people: [ann], accounts: [named("Ann Lee")], rejections };
    expect(shown("jira", given).suggested).toEqual([]);
  });
});

describe("likeness", () => {
  test.each([
    ["Müller, Jürgen", "Juergen Mueller"],
    ["Jürgen Müller", "Jurgen Muller"],
    ["Łukasz Wiśniewski", "Lukasz Wisniewski"],
    ["Seán O'Brien", "Sean OBrien"],
    ["Ann-Marie Lee", "Ann Marie Lee"],
    ["Ann Lee (Payments)", "Ann Lee"],
    ["山田 太郎", "山田太郎"],
  ])("%s and %s are one name", (displayName, name) => {
    const given = { people: [person("p", { name })], accounts: [named(displayName)] };
    expect(shown("jira", given).reasons[0]).toContain(
      "Same full name, and the only person of that name.",
    );
  });

  test("one address at two domains of the company says more than at a stranger's", () => {
    const others = [1, 2, 3].map((n) => person(`o${n}`, { workEmail: `o${n}@company.io` }));
    const at = (domain: string) =>
      shown("jira", {
        people: [person("a.lee", { name: "Ann Lee" }), ...others],
        accounts: [account("jira", { displayName: "Ann Lee", workEmail: `a.lee@${domain}` })],
      });
    expect(at("company.io").strengths).toEqual(["strong"]);
    expect(at("company.io").reasons[0]).toContain(
      "Has the address a.lee@… at another domain of the company.",
    );
    expect(at("mail.example").reasons[0]?.join(" ")).toContain("at another domain.");
  });

  test("names that have nothing in common weigh against the same login", () => {
    const accounts = [account("jira", { displayName: "Bob Ng", workEmail: "ann@other.example" })];
    expect(shown("jira", { people: [ann], accounts }).strengths).toEqual(["weak"]);
  });

  test("records of one human are one candidate", () => {
    const second = person("ann", { name: "Ann Lee", connectionId: connectionId("scim000001") });
    const record: Person = { ...second, id: personId("scim-ann") };
    const given = { people: [ann, record], accounts: [named("Ann Lee")] };
    expect(shown("jira", given).suggested).toHaveLength(1);
  });
});
