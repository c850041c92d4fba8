import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";
import type { Org } from "#shared/graph/org.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import { GoalId, OrgUnitId } from "#shared/model/ids.ts";

import { parseInput } from "../http/route.ts";
import { RuleChange } from "./rule-routes.ts";

/** A form's fields, those left empty left out. */
export type RuleForm = Readonly<Record<string, string>>;

/** What names in a form are looked up in. */
export interface KnownNames {
  readonly org: Org;
  readonly graph: Pick<MemoryGraph, "goals">;
}

/** The change that a form asks for; throws `input.invalid` with what is wrong in it, by field. */
export function readRuleForm(form: RuleForm, known: KnownNames): RuleChange {
  const issues: InputIssue[] = [];
  const unitIds = idsOf(form["units"], "units", (name) => unitNamed(known.org, name), issues);
  const goalIds = idsOf(form["goals"], "goals", (name) => goalNamed(known.graph, name), issues);
  const kinds = linesOf(form["kinds"]);
  const allowedShares = sharesOf(form["allowedShares"], known.org, issues);
  if (issues.length > 0) {
    throw new HubError("input.invalid", "Some of it cannot be understood", { issues });
  }
  const isScoped = unitIds.length + goalIds.length + kinds.length > 0;
  return parseInput(
    RuleChange,
    {
      isEnabled: form["isEnabled"] === "on",
      graceMinutes: Number(form["graceMinutes"] ?? "0"),
      options: parseOptions(form["options"] ?? "{}"),
      ...numberField(form, "holdDownMinutes"),
      ...numberField(form, "responseHours"),
      ...(form["delivery"] !== undefined && { delivery: form["delivery"] }),
      ...(form["escalates"] !== undefined && { escalates: form["escalates"] === "yes" }),
      ...(form["ownerChannelId"] !== undefined && { ownerChannelId: form["ownerChannelId"] }),
      ...(isScoped && { scope: { unitIds, goalIds, kinds } }),
      ...(allowedShares.length > 0 && { allowedShares }),
    },
    "",
  );
}

function numberField(form: RuleForm, name: string): Readonly<Record<string, number>> {
  const text = form[name];
  return text === undefined ? {} : { [name]: Number(text) };
}

/** Throws `input.invalid` for what is not JSON. */
export function parseOptions(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HubError("input.invalid", "The options are not valid JSON", {
      cause,
      issues: [{ path: "options", message: "Check quotes, commas and brackets" }],
    });
  }
}

function linesOf(text: string | undefined): readonly string[] {
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

type Found<T> = { readonly id: T } | { readonly problem: string };

function idsOf<T>(
  text: string | undefined,
  path: string,
  find: (name: string) => Found<T>,
  issues: InputIssue[],
): readonly T[] {
  return linesOf(text).flatMap((name) => {
    const found = find(name);
    if ("id" in found) return [found.id];
    issues.push({ path, message: found.problem });
    return [];
  });
}

/** By id, else by its name where only one has it. */
function unitNamed(org: Org, name: string): Found<OrgUnitId> {
  const id = OrgUnitId.safeParse(name);
  if (id.success) return { id: id.data };
  return only(
    [...org.units()].filter((unit) => isName(unit.name, name)),
    `unit “${name}”`,
  );
}

function goalNamed(graph: KnownNames["graph"], name: string): Found<GoalId> {
  const id = GoalId.safeParse(name);
  if (id.success) return { id: id.data };
  return only(
    [...graph.goals()].filter(({ title }) => isName(title, name)),
    `goal “${name}”`,
  );
}

function isName(name: string, wanted: string): boolean {
  return name.trim().toLowerCase() === wanted.toLowerCase();
}

function only<T>(found: readonly { readonly id: T }[], what: string): Found<T> {
  const [first, ...others] = found;
  if (!first) return { problem: `There is no ${what}` };
  return others.length === 0
    ? { id: first.id }
    : { problem: `There are several of ${what}: give its id` };
}

const shareLine = /^(?<unit>.+?)\s*:\s*(?<percent>\d{1,3}(?:[.,]\d+)?)\s*%\s*(?<reason>\S.*)$/u;

/** `Payments: 20 % running the business`, a line each. */
function sharesOf(text: string | undefined, org: Org, issues: InputIssue[]) {
  return linesOf(text).flatMap((line) => {
    const { unit, percent = "", reason = "" } = shareLine.exec(line)?.groups ?? {};
    const found: Found<OrgUnitId> =
      unit === undefined
        ? { problem: `“${line}”: write it as “Payments: 20 % running the business”` }
        : unitNamed(org, unit);
    if ("problem" in found) {
      issues.push({ path: "allowedShares", message: found.problem });
      return [];
    }
    return [{ unitId: found.id, share: Number(percent.replace(",", ".")) / 100, reason }];
  });
}
