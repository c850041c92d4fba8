import { tellApart } from "./matching-apart.ts";
import { strengthOf } from "./matching-reasons.ts";
import type { Reason, Strength } from "./matching-reasons.ts";
import type { LikelyPair, RecordSign } from "./matching-records.ts";
import type { Org } from "./org.ts";

/** Two records to decide on. */
export interface PairSuggestion {
  readonly pair: LikelyPair;
  readonly strength: Strength;
  readonly reasons: readonly Reason[];
  /** What the two differ in: of the record that would go into the other, and of the other. */
  readonly apart: readonly [string, string];
}

const sentences: Readonly<Record<RecordSign, string>> = {
  "same-employee-number": "Both have one employee number.",
  "number-is-external-id": "The employee number of one is the external id of the other.",
  "same-external-id": "The identity provider knows both under one id.",
  "shared-address": "Both have one work address in one system, or somebody else had it before.",
  "former-address": "The address of one was the other's before.",
  "same-name-and-start": "Same full name, and the same first day.",
  "same-name": "Same full name.",
  "same-local-part": "The first part of their addresses is the same.",
  "names-differ": "The names differ.",
  "starts-differ": "Their first days differ.",
};
const doubts: ReadonlySet<RecordSign> = new Set(["names-differ", "starts-differ"]);

export function explainPair(org: Org, pair: LikelyPair): PairSuggestion {
  const apart = tellApart(org, [pair.personId, pair.intoId]);
  return {
    pair,
    strength: strengthOf(pair.points),
    reasons: pair.signs.map((sign) => ({
      sign,
      text: sentences[sign],
      isDoubt: doubts.has(sign),
    })),
    apart: [apart.get(pair.personId) ?? "", apart.get(pair.intoId) ?? ""],
  };
}
