import type { Account, Person } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";

import { tellApart } from "./matching-apart.ts";
import { addressParts } from "./matching-names.ts";
import type { Candidate, Sign, Standing } from "./matching.ts";
import type { Org } from "./org.ts";

/** Why somebody is suggested, or why one should hesitate, in a sentence. */
export interface Reason {
  readonly sign: string;
  readonly text: string;
  readonly isDoubt: boolean;
}

export type Strength = "strong" | "fair" | "weak";

/** A person to decide on. */
export interface Suggestion {
  readonly personId: PersonId;
  readonly strength: Strength;
  readonly reasons: readonly Reason[];
  /** What tells the person from the others that are suggested. */
  readonly apart: string;
}

const strongMin = 55;
const fairMin = 25;

export function strengthOf(points: number): Strength {
  if (points >= strongMin) return "strong";
  return points >= fairMin ? "fair" : "weak";
}

/** What binds or excludes the account, or why it is open. */
export function explainStanding(account: Account, standing: Standing): string {
  switch (standing.state) {
    case "bound":
      return bindingReasons[standing.how](standing.since && dateOf(standing.since));
    case "excluded":
      return standing.by === "tool"
        ? `The tool says that it is ${standing.as === "guest" ? "a guest's" : "an app's"}.`
        : `An operator said so${standing.since ? ` on ${dateOf(standing.since)}` : ""}.`;
    case "ambiguous":
      return disputes[standing.by](localPart(account));
    case "unmatched":
      if (standing.isPersonGone) return "An operator named a person whose record is gone.";
      return account.workEmail === undefined
        ? "The tool hides its address."
        : `Nobody in the HR systems has the address ${localPart(account)}.`;
  }
}

const bindingReasons = {
  operator: (day: string | undefined) => `An operator said so${day ? ` on ${day}` : ""}.`,
  "external-id": () => "The identity provider knows both under one id.",
  "work-email": () => "Both have the same work address, and nobody else has or had it.",
} as const;

const disputes = {
  "external-id": () => "Several people have the identity provider's id of this account.",
  "work-email": (address: string) => `More than one person has or had the address ${address}.`,
  contradiction: () => "The identity provider's id names one person, the address another.",
} as const;

/** The candidates of an account as sentences, likeliest first. */
export function explainCandidates(
  org: Org,
  account: Account,
  candidates: readonly Candidate[],
): readonly Suggestion[] {
  const apart = tellApart(
    org,
    candidates.map(({ personId }) => personId),
  );
  return candidates.flatMap(({ personId, points, signs }) => {
    const person = org.person(personId);
    if (!person) return [];
    const reasons = signs.map((sign): Reason => {
      const text = sentences[sign]({ account, person, apart: apart.get(personId) ?? "" });
      return { sign, text, isDoubt: doubts.has(sign) };
    });
    const likely = signs.includes("same-name") && !signs.includes("one-of-several");
    return [
      {
        personId,
        strength: strengthOf(points),
        reasons: likely ? reasons.map(onlyOne) : reasons,
        apart: apart.get(personId) ?? "",
      },
    ];
  });
}

function onlyOne(reason: Reason): Reason {
  return reason.sign === "same-name"
    ? { ...reason, text: "Same full name, and the only person of that name." }
    : reason;
}

const doubts: ReadonlySet<Sign> = new Set([
  "one-of-several",
  "names-differ",
  "has-account-there",
  "has-left",
]);

interface Case {
  readonly account: Account;
  readonly person: Person;
  readonly apart: string;
}

/** Of a person's address nothing is told but what the account itself shows. */
const sentences: Readonly<Record<Sign, (given: Case) => string>> = {
  "same-external-id": () => "The identity provider knows both under one id.",
  "former-address": ({ account, person }) =>
    `The address ${localPart(account)} was ${person.name}'s before.`,
  "same-address": ({ account }) => `Has the address ${localPart(account)} now.`,
  "same-local-part-of-company": ({ account }) =>
    `Has the address ${localPart(account)} at another domain of the company.`,
  "same-local-part": ({ account }) =>
    `Has ${localPart(account)} as the first part of an address, at another domain.`,
  "name-in-login": () => "The login is made of the whole name.",
  "short-name-in-login": () => "The login is made of an initial and the surname.",
  "same-name": () => "Same full name.",
  "same-words": () => "The same names in another order.",
  "same-ends": () => "Same first and last name.",
  "one-of-several": ({ apart }) =>
    `Others have this name too${apart === "" ? "" : `; this one: ${apart}`}.`,
  "names-differ": () => "The names have nothing in common.",
  "has-account-there": () => "Already has an account in this tool.",
  "has-left": ({ person }) =>
    `Has left${person.endOn === undefined ? "" : ` on ${person.endOn}`}, but the account is in use.`,
};

/** `ann.old@…`: a login is told without its domain, which everybody knows. */
function localPart({ workEmail, displayName }: Account): string {
  if (workEmail === undefined) return displayName;
  return `${addressParts(workEmail).local}@…`;
}
