import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { alertRuleOf, holdDownMinutesDefault } from "#shared/kit/alert-rule.ts";
import { RuleName } from "#shared/model/ids.ts";
import { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { reconcileAlerts } from "#shared/store/alert-net.ts";
import {
  createDocument,
  getDocument,
  listDocuments,
  replaceDocument,
} from "#shared/store/documents.ts";
import { lists, ruleSettingsKey } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { switchCustomRule } from "../custom-rules/change-custom-rules.ts";
import { defineRoute, parseInput } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { findSettableRule, listSettableRules } from "./settable-rules.ts";
import type { SettableRule } from "./settable-rules.ts";

/** How long whoever saves a rule waits for its alerts to follow. */
const followMs = 8000;

const Options = z.record(z.string(), z.json()).meta({ id: "RuleOptions" });

export const RuleAnswer = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    why: z.string(),
    nextStep: z.string(),
    isEnabled: z.boolean(),
    graceMinutes: z.int(),
    options: Options,
    holdDownMinutes: z.int().meta({
      description:
        "How long after a clearing a new opening waits, so that flapping tells nobody twice",
    }),
    delivery: z.enum(["message", "digest"]),
    demotedAt: z.string().optional().meta({
      description: "When the hub itself chose `digest`, because its alerts were rarely acted on",
    }),
    scope: RuleSettings.shape.scope,
    allowedShares: RuleSettings.shape.allowedShares,
    ownerChannelId: z.string().optional(),
    responseHours: z.int().optional(),
    escalates: z.boolean(),
    optionsSchema: z
      .record(z.string(), z.unknown())
      .meta({ description: "JSON Schema of `options`" }),
    isDefault: z.boolean().meta({ description: "Nobody has set anything yet" }),
    openSignals: z.int(),
    isCustom: z.boolean().meta({ description: "An ops admin's own: see custom rules" }),
  })
  .meta({ id: "Rule" });
export type RuleAnswer = z.input<typeof RuleAnswer>;

export const RuleChange = z.strictObject({
  isEnabled: z.boolean().default(true),
  graceMinutes: RuleSettings.shape.graceMinutes,
  options: Options.default({}),
  holdDownMinutes: RuleSettings.shape.holdDownMinutes,
  delivery: RuleSettings.shape.delivery,
  scope: RuleSettings.shape.scope.meta({
    description: "Which of its findings become alerts; what is left out limits nothing",
  }),
  allowedShares: RuleSettings.shape.allowedShares.meta({
    description:
      "The share of a unit's open work that may be found without an alert, for all below it too",
  }),
  ownerChannelId: RuleSettings.shape.ownerChannelId,
  responseHours: RuleSettings.shape.responseHours,
  escalates: RuleSettings.shape.escalates,
});
export type RuleChange = z.infer<typeof RuleChange>;

export async function listRules(context: AppContext): Promise<RuleAnswer[]> {
  const [rules, settings, { openSignals }] = await Promise.all([
    listSettableRules(context),
    listDocuments(context.table, ruleSettingsSpec, lists.ruleSettings),
    context.snapshots.read(),
  ]);
  return rules.map((rule) => {
    const own = settings.find((candidate) => candidate.rule === rule.name);
    const fits = rule.custom && alertRuleOf(rule.custom).fits;
    const found = openSignals.filter((signal) => fits?.(signal) ?? signal.rule === rule.name);
    return { ...describeRule(rule, own), openSignals: found.length };
  });
}

function describeRule(
  rule: SettableRule,
  own: RuleSettings | undefined,
): Omit<RuleAnswer, "openSignals"> {
  return { ...identityOf(rule, own), ...policyOf(rule, own) };
}

function identityOf(rule: SettableRule, own: RuleSettings | undefined) {
  const parsed = rule.options.safeParse(own?.options ?? {});
  const { $schema: _dialect, ...optionsSchema } = z.toJSONSchema(rule.options, { io: "input" });
  return {
    name: rule.name,
    title: rule.title,
    why: rule.why,
    nextStep: rule.nextStep,
    isEnabled: rule.custom?.isEnabled ?? own?.isEnabled ?? rule.defaults.isEnabled ?? true,
    options: asOptions(parsed.success ? parsed.data : rule.options.parse({})),
    optionsSchema,
    isDefault: own === undefined,
    isCustom: rule.custom !== undefined,
  };
}

function policyOf(rule: SettableRule, own: RuleSettings | undefined) {
  const { isEnabled: _isEnabled, ...defaults } = rule.defaults;
  const {
    holdDownMinutes = holdDownMinutesDefault,
    delivery = "message" as const,
    escalates = true,
    ...more
  } = { ...defaults, ...(own && PolicyFields.parse(own)) };
  return { ...more, holdDownMinutes, delivery, escalates };
}

/** The part of the settings that is about telling; what was never set is left out. */
const PolicyFields = z.object(
  RuleSettings.pick({
    graceMinutes: true,
    holdDownMinutes: true,
    delivery: true,
    demotedAt: true,
    scope: true,
    allowedShares: true,
    ownerChannelId: true,
    responseHours: true,
    escalates: true,
  }).shape,
);

/** Options are JSON objects: every rule declares them with an object schema of JSON leaves. */
function asOptions(value: unknown): z.infer<typeof Options> {
  return value as z.infer<typeof Options>;
}

/** Sets a rule whole. The options are the rule's own to check; a wrong one names its field. */
export async function saveRule(
  context: AppContext,
  name: RuleName,
  change: RuleChange,
): Promise<void> {
  const rule = await findSettableRule(context, name);
  if (!rule) throw new HubError("entity.not-found", `There is no rule “${name}”`);
  const options = asOptions(parseInput(rule.options, change.options, "options"));
  const before = await getDocument(context.table, ruleSettingsSpec, ruleSettingsKey(name));
  const wanted = settingsOf(name, { ...change, options }, before?.demotedAt, context.clock.now());
  const isStored = before
    ? (await replaceDocument(context.table, ruleSettingsSpec, before, wanted)) !== undefined
    : await createDocument(context.table, ruleSettingsSpec, wanted);
  if (!isStored) {
    throw new HubError("entity.conflict", "Somebody else changed this rule just now: look again");
  }
  // Whether it is on stands with its pattern, and the bus has to follow.
  if (rule.custom && rule.custom.isEnabled !== change.isEnabled) {
    await switchCustomRule(context, rule.custom.id, change.isEnabled);
  }
  // At once as far as time reaches; the hourly net goes on with what is left.
  const untilMs = context.clock.nowMs() + followMs;
  await reconcileAlerts(context, { rule: name, untilMs });
  context.snapshots.expire();
  const { isEnabled, graceMinutes } = wanted;
  context.logger.info("rule.changed", { rule: name, isEnabled, graceMinutes });
}

/** What is left out is not stored: then the rule's own defaults hold, also those of later releases. */
function settingsOf(
  rule: RuleName,
  change: RuleChange,
  demotedAt: Instant | undefined,
  updatedAt: Instant,
): RuleSettings {
  const { isEnabled, graceMinutes, options, ...more } = change;
  const given = Object.fromEntries(
    Object.entries(more).filter(([, value]) => value !== undefined),
  ) as GivenSettings;
  // Whoever chooses `message` again has decided; the demotion is over.
  const demoted = more.delivery === "digest" && demotedAt !== undefined ? { demotedAt } : {};
  return {
    type: "rule-settings",
    rule,
    isEnabled,
    graceMinutes,
    options,
    ...given,
    ...demoted,
    updatedAt,
    revision: 0,
  };
}

/** Settings of a change without those that were left out. */
type GivenSettings = Pick<
  RuleSettings,
  | "holdDownMinutes"
  | "delivery"
  | "scope"
  | "allowedShares"
  | "ownerChannelId"
  | "responseHours"
  | "escalates"
>;

export function ruleRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/rules",
      topic: "Rules",
      summary: "The rules with their settings",
      answer: z.strictObject({ rules: z.array(RuleAnswer) }),
      run: async () => ({ rules: await listRules(context) }),
    }),
    defineRoute({
      method: "put",
      path: "/api/rules/{name}",
      topic: "Rules",
      summary: "Set a rule: on or off, its grace period, its options",
      params: z.strictObject({ name: RuleName }),
      body: RuleChange,
      answer: RuleAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, body }) => {
        await saveRule(context, params.name, body);
        const saved = (await listRules(context)).find(({ name }) => name === params.name);
        if (!saved) throw new HubError("entity.not-found", `There is no rule “${params.name}”`);
        return saved;
      },
    }),
  ];
}
