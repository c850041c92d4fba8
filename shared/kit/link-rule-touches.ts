import type { LinkRule } from "#shared/model/link-rule.ts";

import { differ } from "./differ.ts";
import type { Delta, Touch } from "./rule.ts";

/** What a rule links is found in no index; its name, and rules that are off, link nothing. */
export function touchedByLinkRule({ before, after }: Delta): readonly Touch[] {
  const [was, is] = [switchedOn(before), switchedOn(after)];
  const isAnother = differ(was, is, ["filter", "goalId", "confidence", "expiresAt"]);
  return isAnother ? [{ kind: "all" }] : [];
}

function switchedOn(thing: Delta["before"]): LinkRule | undefined {
  return thing?.type === "link-rule" && thing.isEnabled ? thing : undefined;
}
