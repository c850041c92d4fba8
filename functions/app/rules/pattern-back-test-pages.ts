import type { Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import { CustomRuleId } from "#shared/model/custom-rule.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";
import { getCustomRule } from "#shared/store/custom-rules.ts";
import { getDocument } from "#shared/store/documents.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { asOfDaysMax } from "../as-of/as-of-query.ts";
import { parseInput } from "../http/route.ts";
import { readForm } from "../page/page-input.ts";
import { PatternBackTestRequest } from "./back-test-answers.ts";
import { outcomeOf, statusOf } from "./back-test-outcome.ts";
import { patternBackTestPage } from "./pattern-back-test-page.ts";
import type { PatternForm } from "./pattern-back-test-page.ts";
import { policyOf, runPatternBackTest } from "./run-pattern-back-test.ts";
import { waitsTyped } from "./wait-fields.ts";

/**
 * Two ways in: the saved rule, asked by an address that can be passed on, and the form of a rule with all that
 * was typed and nobody has saved.
 */
export function servePatternBackTestPages(app: Hono, context: AppContext): void {
  app.get("/custom-rules/:id/back-test", async (c) => {
    const id = parseInput(CustomRuleId, c.req.param("id"), "id");
    const rule = await getCustomRule(context.table, id);
    const asked = c.req.query();
    const form = await formOf(context, id, { ...savedFields(rule), ...waitsIn(asked) });
    const outcome =
      asked["days"] === undefined
        ? {}
        : await outcomeOf(async () => runPatternBackTest(context, readRequest(id, form)));
    return c.html(patternBackTestPage({ rule, form, outcome }), statusOf(outcome));
  });

  app.post("/custom-rules/back-test", async (c) => {
    const asked = c.req.query("id");
    const id = asked === undefined ? undefined : parseInput(CustomRuleId, asked, "id");
    const rule = id && (await getCustomRule(context.table, id));
    const form = await formOf(context, id, await readForm(c));
    const outcome = await outcomeOf(async () => runPatternBackTest(context, readRequest(id, form)));
    return c.html(patternBackTestPage({ rule, form, outcome }), statusOf(outcome));
  });
}

const waits = ["days", "graceMinutes", "holdDownMinutes"] as const;

/** Of an address only these are read: the pattern is the saved one. */
function waitsIn(asked: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    waits.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]]])),
  );
}

function savedFields({ title, why, nextStep, pattern, isEnabled, revision }: CustomRule) {
  return {
    title,
    why,
    nextStep,
    pattern: JSON.stringify(pattern, undefined, 2),
    revision: String(revision),
    ...(isEnabled && { isEnabled: "on" }),
  };
}

/** What was not typed is as the rule is set, or would be by default. */
async function formOf(
  context: AppContext,
  id: CustomRuleId | undefined,
  fields: Readonly<Record<string, string>>,
): Promise<PatternForm> {
  const { days, graceMinutes, holdDownMinutes, pattern = "", ...others } = fields;
  const stored = id && (await getDocument(context.table, ruleSettingsSpec, ruleSettingsKey(id)));
  const policy = policyOf(stored);
  return {
    days: days ?? String(asOfDaysMax),
    graceMinutes: graceMinutes ?? String(policy.graceMinutes),
    holdDownMinutes: holdDownMinutes ?? String(policy.holdDownMinutes),
    pattern,
    others,
  };
}

function readRequest(id: CustomRuleId | undefined, form: PatternForm): PatternBackTestRequest {
  return parseInput(
    PatternBackTestRequest,
    {
      ...(id && { id }),
      ...waitsTyped(form),
      pattern: readPattern(form.pattern),
    },
    "",
  );
}

function readPattern(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = "This is not valid JSON: check quotes, commas and brackets";
    throw new HubError("input.invalid", message, { cause, issues: [{ path: "pattern", message }] });
  }
}
