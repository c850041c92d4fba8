import { paragraphValue } from "./paragraph.ts";
import type { Field, Issue, JiraState } from "./state.ts";

const system = "com.atlassian.jira.plugin.system.customfieldtypes";

/** What tells the kinds of custom field apart on every site, whatever they are called there. */
export const customSchemas: Readonly<
  Record<Field["type"], { readonly type: string; readonly custom: string; readonly items?: string }>
> = {
  url: { type: "string", custom: `${system}:url` },
  text: { type: "string", custom: `${system}:textfield` },
  paragraph: { type: "string", custom: `${system}:textarea` },
  number: { type: "number", custom: `${system}:float` },
  select: { type: "option", custom: `${system}:select` },
  multiselect: { type: "array", custom: `${system}:multiselect`, items: "option" },
  cascading: { type: "option-with-child", custom: `${system}:cascadingselect` },
  labels: { type: "array", custom: `${system}:labels`, items: "string" },
  user: { type: "user", custom: `${system}:userpicker` },
  date: { type: "date", custom: `${system}:datepicker` },
  team: { type: "team", custom: `${system}:atlassian-team` },
  "epic-link": { type: "any", custom: "com.pyxis.greenhopper.jira:gh-epic-link" },
  "parent-link": { type: "any", custom: "com.atlassian.jpo:jpo-custom-field-parent" },
  sprint: { type: "array", custom: "com.pyxis.greenhopper.jira:gh-sprint", items: "json" },
  "target-start": { type: "date", custom: "com.atlassian.jpo:jpo-custom-field-baseline-start" },
  "target-end": { type: "date", custom: "com.atlassian.jpo:jpo-custom-field-baseline-end" },
};

/**
 * The value as REST gives it or, as version 2, a webhook. The two old fields for parents follow the
 * parent where nothing else was put into them; they are of company-managed projects only.
 */
export function customValue(state: JiraState, issue: Issue, field: Field, version: 2 | 3): unknown {
  const value = issue.custom[field.id];
  if (field.type === "paragraph" && typeof value === "string")
    return paragraphValue(value, version);
  if (field.type === "epic-link") return value ?? parentKey(state, issue, "epic") ?? null;
  if (field.type !== "parent-link") return value ?? null;
  if (typeof value === "object" && value !== null) return value;
  const key = typeof value === "string" ? value : parentKey(state, issue, "above");
  return parentLink(state, key);
}

function parentKey(state: JiraState, issue: Issue, kind: "epic" | "above"): string | undefined {
  const parent = issue.parentId === undefined ? undefined : state.issue(issue.parentId);
  if (!parent || state.projectOf(issue).style === "next-gen") return undefined;
  const level = state.typeOf(parent).hierarchyLevel;
  return (kind === "epic" ? level === 1 : level > 1) ? parent.key : undefined;
}

/** An object even where there is no parent; \`data\` names it where there is (recorded from Jira Cloud). */
function parentLink(state: JiraState, key: string | undefined): object {
  const frame = { hasEpicLinkFieldDependency: false, showField: key !== undefined };
  if (key === undefined) {
    const reason = "EPIC_LINK_SHOULD_BE_USED";
    const message = "To set an epic as the parent, use the epic link instead";
    return { ...frame, nonEditableReason: { reason, message } };
  }
  const parent = state.issue(key);
  return {
    ...frame,
    data: {
      ...(parent && { id: Number(parent.id), summary: parent.summary }),
      key,
      keyNum: Number(key.split("-")[1]),
    },
  };
}
