import { HubError } from "#shared/errors.ts";
import { linkRuleId } from "#shared/model/ids.ts";
import type { GoalId, LinkRuleId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { Instant } from "#shared/model/time.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { factKey, linkRuleKey } from "#shared/store/keys.ts";
import { listLinkRules } from "#shared/store/link-rules.ts";
import { linkRuleSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import type { LinkRuleChange, LinkRuleInput } from "./link-rule-answers.ts";
import { noSuchRule } from "./list-link-rules.ts";

/** Every evaluation reads all of them; a company that needs more says too much by rules. */
const rulesMax = 200;

/** States that all work of a kind serves a goal. What it links follows in a moment. */
export async function createLinkRule(
  context: AppContext,
  input: LinkRuleInput,
): Promise<LinkRuleId> {
  const { table, clock, random } = context;
  if ((await listLinkRules(table)).length >= rulesMax) {
    throw new HubError("input.invalid", `There are ${rulesMax} link rules already: delete some`);
  }
  await assertSensible(context, input, undefined);
  const now = clock.now();
  const rule: LinkRule = {
    type: "link-rule",
    id: linkRuleId(random(10)),
    ...input,
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  if (!(await createDocument(table, linkRuleSpec, rule))) {
    throw new HubError("entity.conflict", "Another rule was just given the same id: try again");
  }
  changed(context, "created", rule.id);
  return rule.id;
}

/**
 * Sets a rule whole; what the input leaves out, it has no more. Throws `entity.conflict` where the rule is
 * not of the named revision any more.
 */
export async function replaceLinkRule(
  context: AppContext,
  id: LinkRuleId,
  { revision, ...input }: LinkRuleChange,
): Promise<void> {
  await assertSensible(context, input, await loadLinkRule(context, id));
  await update(context, id, (standing) => {
    if (revision !== undefined && revision !== standing.revision) {
      throw new HubError(
        "entity.conflict",
        `Somebody changed this rule since it was read: it is of revision ${standing.revision}, not ${revision}. Read it again`,
      );
    }
    const { createdAt } = standing;
    return { type: "link-rule", id, ...input, createdAt, updatedAt: context.clock.now() };
  });
  changed(context, "changed", id);
}

export async function switchLinkRule(
  context: AppContext,
  id: LinkRuleId,
  isEnabled: boolean,
): Promise<void> {
  await update(context, id, (rule) =>
    rule.isEnabled === isEnabled
      ? undefined
      : { ...rule, isEnabled, updatedAt: context.clock.now() },
  );
  changed(context, isEnabled ? "enabled" : "disabled", id);
}

export async function removeLinkRule(context: AppContext, id: LinkRuleId): Promise<void> {
  const outcome = await context.table.write({
    kind: "delete",
    key: linkRuleKey(id),
    condition: [[["pk", "exists"]]],
  });
  if (!outcome.applied) throw noSuchRule();
  changed(context, "removed", id);
}

async function loadLinkRule({ table }: AppContext, id: LinkRuleId): Promise<LinkRule> {
  const found = (await listLinkRules(table)).find((rule) => rule.id === id);
  if (!found) throw noSuchRule();
  return found;
}

async function update(
  { table }: AppContext,
  id: LinkRuleId,
  change: (rule: LinkRule) => Unversioned<LinkRule> | undefined,
): Promise<void> {
  try {
    await updateDocument(table, linkRuleSpec, linkRuleKey(id), change);
  } catch (error) {
    if (error instanceof HubError && error.code === "entity.not-found") throw noSuchRule();
    throw error;
  }
}

/** What a rule had before may stay as it is, even where it makes no sense any more. */
async function assertSensible(
  context: AppContext,
  { goalId, expiresAt }: LinkRuleInput,
  before: Pick<LinkRule, "goalId" | "expiresAt"> | undefined,
): Promise<void> {
  if (isPast(expiresAt, context.clock.now()) && expiresAt !== before?.expiresAt) {
    throw new HubError("input.invalid", "This rule would have ended already", {
      issues: [{ path: "expiresAt", message: "Name a moment in the future" }],
    });
  }
  if (goalId === before?.goalId || (await stands(context, goalId))) return;
  throw new HubError("entity.not-found", "There is nothing under `goalId` here", {
    issues: [{ path: "goalId", message: "It was never read, or was removed" }],
  });
}

function isPast(instant: Instant | undefined, now: Instant): boolean {
  return instant !== undefined && instant <= now;
}

async function stands({ table }: AppContext, goalId: GoalId): Promise<boolean> {
  const item = await table.get(factKey(goalId));
  return item !== undefined && readFactItem(item)?.isRemoved === false;
}

function changed({ snapshots, logger }: AppContext, what: string, ruleId: LinkRuleId): void {
  snapshots.expire();
  logger.info(`link-rule.${what}`, { ruleId });
}
