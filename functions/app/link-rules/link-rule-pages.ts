import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";
import { LinkRuleId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import { goalChoices } from "../work-items/goal-choices.ts";
import {
  createLinkRule,
  removeLinkRule,
  replaceLinkRule,
  switchLinkRule,
} from "./change-link-rules.ts";
import type { LinkRuleAnswer } from "./link-rule-answers.ts";
import { LinkRuleChange, LinkRuleInput, PreviewQuery } from "./link-rule-answers.ts";
import { linkRuleForm } from "./link-rule-form.ts";
import type { FormFields } from "./link-rule-form.ts";
import { linkRulesPage } from "./link-rules-page.ts";
import { describeLinkRule, describeLinkRules } from "./list-link-rules.ts";
import { previewLinkRule } from "./preview-link-rule.ts";
import type { Previewed } from "./preview-part.ts";
import { previewPart } from "./preview-part.ts";

/** The pages of link rules: the list, the form of each, and what a filter would do while it is typed. */
export function serveLinkRulePages(app: Hono, context: AppContext): void {
  app.get("/link-rules", async (c) =>
    c.html(linkRulesPage(await describeLinkRules(context), noticeOf(c))),
  );

  app.get("/link-rules/new", async (c) => {
    const given = filled(c.req.query());
    const isFirst = given["filter"] === undefined && given["name"] === undefined;
    const fields = isFirst ? { ...given, isEnabled: "on" } : given;
    return show(context, c, { rule: undefined, fields });
  });

  app.get("/link-rules/preview", async (c) => {
    // The page's script puts this into a page that is shown: it is no page itself.
    return c.html(previewPart(await preview(context, filled(c.req.query()))));
  });

  app.post("/link-rules", (c) =>
    save(context, c, undefined, (given) =>
      createLinkRule(context, parseInput(LinkRuleInput, given, "")),
    ),
  );

  app.get("/link-rules/:id", async (c) => {
    const rule = await describeLinkRule(context, idOf(c));
    const given = filled(c.req.query());
    const isTried = given["filter"] !== undefined || given["name"] !== undefined;
    return show(context, c, { rule, fields: isTried ? given : fieldsOf(rule) });
  });

  app.post("/link-rules/:id", async (c) => {
    const rule = await describeLinkRule(context, idOf(c));
    return save(context, c, rule, (given) =>
      replaceLinkRule(context, idOf(c), parseInput(LinkRuleChange, given, "")),
    );
  });

  app.post("/link-rules/:id/enable", async (c) => {
    await switchLinkRule(context, idOf(c), true);
    return c.redirect(withNotice("/link-rules", "link-rule-on"), 303);
  });

  app.post("/link-rules/:id/disable", async (c) => {
    await switchLinkRule(context, idOf(c), false);
    return c.redirect(withNotice("/link-rules", "link-rule-off"), 303);
  });

  app.post("/link-rules/:id/remove", async (c) => {
    await removeLinkRule(context, idOf(c));
    return c.redirect(withNotice("/link-rules", "link-rule-removed"), 303);
  });
}

function idOf(c: Context): LinkRuleId {
  return parseInput(LinkRuleId, c.req.param("id"), "id");
}

/** Fields left empty are as good as not there. */
function filled(fields: FormFields): FormFields {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text.trim() !== ""));
}

interface Shown {
  readonly rule: LinkRuleAnswer | undefined;
  readonly fields: FormFields;
  readonly issues?: readonly InputIssue[];
  readonly status?: 200 | 400 | 409;
}

async function show(
  context: AppContext,
  c: Context,
  { rule, fields, issues = [], status = issues.length > 0 ? 400 : 200 }: Shown,
): Promise<Response> {
  const [{ graph }, previewed] = await Promise.all([
    context.snapshots.read(),
    preview(context, fields),
  ]);
  const goals = goalChoices(graph);
  const page = linkRuleForm({ rule, fields, goals, previewed, issues, notice: noticeOf(c) });
  return c.html(page, status);
}

/** What the filter in the form would do; a goal that is none is as good as none chosen. */
async function preview(context: AppContext, { filter, goalId }: FormFields): Promise<Previewed> {
  if (filter === undefined) return undefined;
  const goal = PreviewQuery.shape.goalId.safeParse(goalId).data;
  const query = PreviewQuery.safeParse({ filter, ...(goal !== undefined && { goalId: goal }) });
  if (!query.success) return { mistake: query.error.issues[0]?.message ?? "It cannot be read" };
  return previewLinkRule(context, query.data);
}

async function save(
  context: AppContext,
  c: Context,
  rule: LinkRuleAnswer | undefined,
  store: (given: Record<string, unknown>) => Promise<unknown>,
): Promise<Response> {
  const fields = await readForm(c);
  try {
    await store(inputOf(fields, rule));
    return c.redirect(withNotice("/link-rules", "link-rule-saved"), 303);
  } catch (error) {
    if (!(error instanceof HubError) || error.traits.audience !== "customer") throw error;
    if (error.code === "entity.conflict" && rule) {
      // The form has the revision that stands now: whoever has read this may save again.
      const message = `Somebody changed this rule after you had opened it. It is ${rule.isEnabled ? "on" : "off"} now and reads: ${rule.filter}. Save again to replace that by what stands below.`;
      const current = { ...fields, revision: String(rule.revision) };
      return show(context, c, {
        rule,
        fields: current,
        issues: [{ path: "", message }],
        status: 409,
      });
    }
    const { issues, message } = error;
    const shown = issues.length > 0 ? issues : [{ path: "", message }];
    return show(context, c, { rule, fields, issues: shown });
  }
}

/** The schema says what is missing; a number that is none is wrong, not missing. */
function inputOf(fields: FormFields, rule: LinkRuleAnswer | undefined): Record<string, unknown> {
  const { name, filter, goalId, confidence, weight, expiresAt, revision } = fields;
  const given = {
    name,
    filter,
    goalId,
    confidence: confidence && Number(confidence),
    weight: weight && Number(weight),
    expiresAt: expiresAt && endOf(expiresAt, rule),
    isEnabled: fields["isEnabled"] === "on",
    revision: rule && revision && Number(revision),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The form tells the day only; a rule that ends within it goes on doing so. */
function endOf(day: string, rule: LinkRuleAnswer | undefined): string {
  const before = rule?.expiresAt;
  return before?.slice(0, 10) === day ? before : `${day}T00:00:00.000Z`;
}

function fieldsOf(rule: LinkRuleAnswer): FormFields {
  const { name, filter, goalId, confidence, weight, expiresAt, isEnabled } = rule;
  return {
    name,
    filter,
    goalId,
    confidence: String(confidence),
    ...(weight !== undefined && { weight: String(weight) }),
    ...(expiresAt !== undefined && { expiresAt: expiresAt.slice(0, 10) }),
    ...(isEnabled && { isEnabled: "on" }),
  };
}
