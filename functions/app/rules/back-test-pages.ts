import type { Hono } from "hono";

import { limitsOf } from "#shared/kit/back-test/rule-limits.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { isCustomRule } from "#shared/model/custom-rule.ts";
import { RuleName } from "#shared/model/ids.ts";
import { getDocument } from "#shared/store/documents.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { asOfDaysMax } from "../as-of/as-of-query.ts";
import { parseInput } from "../http/route.ts";
import { pathTo } from "../page/html.ts";
import { BackTestRequest } from "./back-test-answers.ts";
import { outcomeOf, statusOf } from "./back-test-outcome.ts";
import { backTestPage } from "./back-test-page.ts";
import { parseOptions } from "./rule-form-input.ts";
import { ruleNamed, runBackTest, settingsOf } from "./run-back-test.ts";
import { waitsTyped } from "./wait-fields.ts";

/** What stands in the form: text as it was typed, or as the rule is set. */
export interface BackTestForm {
  readonly days: string;
  readonly graceMinutes: string;
  readonly holdDownMinutes: string;
  readonly options: string;
}

/** A form whose address is its question, so that a result can be passed on. */
export function serveBackTestPages(app: Hono, context: AppContext): void {
  app.get("/rules/:name/back-test", async (c) => {
    const name = parseInput(RuleName, c.req.param("name"), "name");
    if (isCustomRule(name)) {
      const { search } = new URL(c.req.url);
      return c.redirect(`${pathTo("custom-rules", name)}/back-test${search}`, 302);
    }
    const rule = ruleNamed(context, name);
    const asked = c.req.query();
    const form = await formOf(context, rule, asked);
    const { impossible } = limitsOf(rule);
    const isAsked = asked["days"] !== undefined && impossible === undefined;
    const outcome = isAsked
      ? await outcomeOf(async () => runBackTest(context, name, readRequest(form)))
      : {};
    return c.html(backTestPage({ rule, form, outcome, impossible }), statusOf(outcome));
  });
}

async function formOf(
  context: AppContext,
  rule: Rule,
  asked: Readonly<Record<string, string>>,
): Promise<BackTestForm> {
  const stored = await getDocument(context.table, ruleSettingsSpec, ruleSettingsKey(rule.name));
  const { options, graceMinutes, holdDownMinutes } = settingsOf(rule, stored);
  return {
    days: asked["days"] ?? String(asOfDaysMax),
    graceMinutes: asked["graceMinutes"] ?? String(graceMinutes),
    holdDownMinutes: asked["holdDownMinutes"] ?? String(holdDownMinutes),
    options: asked["options"] ?? JSON.stringify(options, undefined, 2),
  };
}

function readRequest(form: BackTestForm): BackTestRequest {
  return parseInput(
    BackTestRequest,
    {
      ...waitsTyped(form),
      options: parseOptions(form.options),
    },
    "",
  );
}
