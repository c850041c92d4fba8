import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { RuleName } from "#shared/model/ids.ts";
import { RuleSettings } from "#shared/model/signal.ts";
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
import { defineRoute, parseInput } from "../http/route.ts";
import type { Route } from "../http/route.ts";

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
    optionsSchema: z
      .record(z.string(), z.unknown())
      .meta({ description: "JSON Schema of `options`" }),
    isDefault: z.boolean().meta({ description: "Nobody has set anything yet" }),
    openSignals: z.int(),
  })
  .meta({ id: "Rule" });
export type RuleAnswer = z.input<typeof RuleAnswer>;

export const RuleChange = z.strictObject({
  isEnabled: z.boolean().default(true),
  graceMinutes: RuleSettings.shape.graceMinutes,
  options: Options.default({}),
});
export type RuleChange = z.infer<typeof RuleChange>;

export async function listRules(context: AppContext): Promise<RuleAnswer[]> {
  const [settings, signals] = await Promise.all([
    listDocuments(context.table, ruleSettingsSpec, lists.ruleSettings),
    listOpenSignalRules(context),
  ]);
  return context.rules.map((rule) => {
    const own = settings.find((candidate) => candidate.rule === rule.name);
    const openSignals = signals.filter((name) => name === rule.name).length;
    return describeRule(rule, own, openSignals);
  });
}

async function listOpenSignalRules(context: AppContext): Promise<readonly string[]> {
  return (await context.snapshots.read()).openSignals.map((signal) => signal.rule);
}

function describeRule(rule: Rule, own: RuleSettings | undefined, openSignals: number): RuleAnswer {
  const parsed = rule.options.safeParse(own?.options ?? {});
  const { $schema: _dialect, ...optionsSchema } = z.toJSONSchema(rule.options, { io: "input" });
  return {
    name: rule.name,
    title: rule.title,
    why: rule.why,
    nextStep: rule.nextStep,
    isEnabled: own?.isEnabled ?? true,
    graceMinutes: own?.graceMinutes ?? rule.defaults.graceMinutes,
    options: asOptions(parsed.success ? parsed.data : rule.options.parse({})),
    optionsSchema,
    isDefault: own === undefined,
    openSignals,
  };
}

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
  const rule = context.rules.find((candidate) => candidate.name === name);
  if (!rule) throw new HubError("entity.not-found", `There is no rule “${name}”`);
  const { isEnabled, graceMinutes } = change;
  const options = asOptions(parseInput(rule.options, change.options, "options"));
  const wanted: RuleSettings = {
    type: "rule-settings",
    rule: name,
    isEnabled,
    graceMinutes,
    options,
    updatedAt: context.clock.now(),
    revision: 0,
  };
  const before = await getDocument(context.table, ruleSettingsSpec, ruleSettingsKey(name));
  const isStored = before
    ? (await replaceDocument(context.table, ruleSettingsSpec, before, wanted)) !== undefined
    : await createDocument(context.table, ruleSettingsSpec, wanted);
  if (!isStored) {
    throw new HubError("entity.conflict", "Somebody else changed this rule just now: look again");
  }
  // At once as far as time reaches; the hourly net goes on with what is left.
  const untilMs = context.clock.nowMs() + followMs;
  await reconcileAlerts(context, { rule: name, untilMs });
  context.snapshots.expire();
  context.logger.info("rule.changed", { rule: name, isEnabled, graceMinutes });
}

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
