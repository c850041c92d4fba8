import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";
import { CustomRuleId } from "#shared/model/custom-rule.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { pathTo } from "../page/html.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import {
  createCustomRule,
  deployCustomRule,
  removeCustomRule,
  replaceCustomRule,
} from "./change-custom-rules.ts";
import { checkPattern } from "./check-pattern.ts";
import { CustomRuleChange, CustomRuleCheck, CustomRuleInput } from "./custom-rule-answers.ts";
import type { CustomRuleAnswer } from "./custom-rule-answers.ts";
import { customRuleForm } from "./custom-rule-form.ts";
import type { CustomRuleForm, FormFields } from "./custom-rule-form.ts";
import { customRulesPage } from "./custom-rules-page.ts";
import { describeCustomRule, describeCustomRules } from "./list-custom-rules.ts";

/** The pages of custom rules: the list, the form of each, and what its pattern fits. */
export function serveCustomRulePages(app: Hono, context: AppContext): void {
  app.get("/custom-rules", async (c) =>
    c.html(customRulesPage(await describeCustomRules(context), noticeOf(c))),
  );

  app.get("/custom-rules/new", (c) =>
    show(c, { rule: undefined, fields: { isEnabled: "on", pattern: startingPattern }, issues: [] }),
  );

  app.post("/custom-rules/check", async (c) => {
    const id = c.req.query("id");
    const rule = id === undefined ? undefined : await described(context, id);
    const fields = await readForm(c);
    return answering(c, { rule, fields }, async () => {
      const check = parseInput(CustomRuleCheck, checkOf(fields), "");
      const trial = await checkPattern(context, check);
      return show(c, { rule, fields, trial, issues: [] });
    });
  });

  app.post("/custom-rules", async (c) => {
    const fields = await readForm(c);
    return answering(c, { rule: undefined, fields }, async () => {
      await createCustomRule(context, parseInput(CustomRuleInput, inputOf(fields), ""));
      return c.redirect(withNotice("/custom-rules", "custom-rule-saved"), 303);
    });
  });

  app.get("/custom-rules/:id", async (c) => {
    const rule = await described(context, c.req.param("id"));
    return show(c, { rule, fields: fieldsOf(rule), issues: [], notice: noticeOf(c) });
  });

  app.post("/custom-rules/:id", async (c) => {
    const rule = await described(context, c.req.param("id"));
    const fields = await readForm(c);
    return answering(c, { rule, fields }, async () => {
      const change = parseInput(CustomRuleChange, inputOf(fields), "");
      await replaceCustomRule(context, idOf(rule.id), change);
      return c.redirect(withNotice("/custom-rules", "custom-rule-saved"), 303);
    });
  });

  app.post("/custom-rules/:id/deploy", async (c) => {
    const id = idOf(c.req.param("id"));
    await deployCustomRule(context, id);
    return c.redirect(withNotice(pathTo("custom-rules", id), "custom-rule-deployed"), 303);
  });

  app.post("/custom-rules/:id/remove", async (c) => {
    await removeCustomRule(context, idOf(c.req.param("id")));
    return c.redirect(withNotice("/custom-rules", "custom-rule-removed"), 303);
  });
}

const startingPattern = JSON.stringify(
  { detail: { rule: ["unlinked-work"], severity: ["warning", "critical"] } },
  undefined,
  2,
);

function idOf(id: string): CustomRuleId {
  return parseInput(CustomRuleId, id, "id");
}

function described(context: AppContext, id: string): Promise<CustomRuleAnswer> {
  return describeCustomRule(context, idOf(id));
}

function show(c: Context, form: CustomRuleForm, status: 200 | 400 | 409 = 200) {
  return c.html(customRuleForm(form), status);
}

/** What is wrong is said at its field, and nothing that was typed is lost. */
async function answering(
  c: Context,
  form: { readonly rule: CustomRuleAnswer | undefined; readonly fields: FormFields },
  act: () => Promise<Response> | Response,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof HubError) || error.traits.audience !== "customer") throw error;
    const issues: readonly InputIssue[] =
      error.issues.length > 0 ? error.issues : [{ path: "", message: error.message }];
    return show(c, { ...form, issues }, error.code === "entity.conflict" ? 409 : 400);
  }
}

/** The schema says what is missing; JSON that is none is said at its field. */
function inputOf(fields: FormFields): Record<string, unknown> {
  const { title, why, nextStep, revision } = fields;
  const given = {
    title,
    why,
    nextStep,
    ...checkOf(fields),
    isEnabled: fields["isEnabled"] === "on",
    revision: revision === undefined ? undefined : Number(revision),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function checkOf({ pattern, sample }: FormFields): Record<string, unknown> {
  return {
    ...(pattern !== undefined && { pattern: readJson("pattern", pattern) }),
    ...(sample !== undefined && { sample: readJson("sample", sample) }),
  };
}

function readJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HubError("input.invalid", "This is not valid JSON", {
      cause,
      issues: [{ path, message: "This is not valid JSON: check quotes, commas and brackets" }],
    });
  }
}

function fieldsOf(rule: CustomRuleAnswer): FormFields {
  const { title, why, nextStep, pattern, isEnabled } = rule;
  return {
    title,
    why,
    nextStep,
    pattern: JSON.stringify(pattern, undefined, 2),
    ...(isEnabled && { isEnabled: "on" }),
  };
}
