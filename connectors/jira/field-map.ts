import { type KeptField, mapKeptFields, type RefusedField } from "./kept-fields.ts";
import type { JiraSettings } from "./settings.ts";
import type { WireField } from "./wire.ts";

/** Ids of the custom fields that the settings speak of. Ids differ from site to site. */
export interface FieldMap {
  readonly goalLinks: readonly string[];
  readonly blockedBy: readonly string[];
  readonly team: string | undefined;
  /** Links to the parent from before `parent` was for every level. */
  readonly epicLink?: string | undefined;
  readonly parentLink?: string | undefined;
  /** Whose values are kept with issues. */
  readonly kept: readonly KeptField[];
  /** Fields that the settings wish to be kept and that never are. */
  readonly refused: readonly RefusedField[];
  /** Names in the settings that no field has. */
  readonly missing: readonly string[];
}

/** What Jira calls the types of its own fields on every site (read from real sites' field lists, 2026-11). */
export const teamFieldType = "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team";
const epicLinkType = "com.pyxis.greenhopper.jira:gh-epic-link";
const parentLinkType = "com.atlassian.jpo:jpo-custom-field-parent";

type FieldSettings = Pick<
  JiraSettings,
  "goalLinkFields" | "blockedByFields" | "teamField" | "keptFields"
>;

/** Finds the fields by id or by name without case; Jira's own by their type. */
export function mapFields(settings: FieldSettings, fields: readonly WireField[]): FieldMap {
  const missing: string[] = [];
  const find = (wanted: string): string[] => {
    const name = wanted.toLowerCase();
    const found = fields.filter(
      ({ id, name: each }) => id === wanted || each.toLowerCase() === name,
    );
    if (found.length === 0) missing.push(wanted);
    // Two fields may bear one name: a value in either counts.
    return found.map(({ id }) => id);
  };
  const { teamField } = settings;
  const { kept, refused, missing: unknown } = mapKeptFields(settings.keptFields, fields);
  const byType = (type: string) => fields.find(({ schema }) => schema?.custom === type)?.id;
  const goalLinks = settings.goalLinkFields.flatMap(find);
  const blockedBy = settings.blockedByFields.flatMap(find);
  return {
    goalLinks,
    blockedBy,
    team: teamField === undefined ? byType(teamFieldType) : find(teamField)[0],
    epicLink: byType(epicLinkType),
    parentLink: byType(parentLinkType),
    kept,
    refused,
    missing: [...missing, ...unknown],
  };
}

/** The system fields that `wire.ts` reads. */
const systemFields = [
  "summary",
  "issuetype",
  "project",
  "status",
  "resolution",
  "resolutiondate",
  "parent",
  "assignee",
  "labels",
  "duedate",
  "created",
  "updated",
  "issuelinks",
  "security",
  // In no document of the REST API, but in every issue that was recorded from Jira Cloud (2019-2026).
  "statuscategorychangedate",
];

/** What to ask Jira for. */
export function fieldsToRead({
  goalLinks,
  blockedBy,
  team,
  epicLink,
  parentLink,
  kept,
}: FieldMap): readonly string[] {
  const single = [team, epicLink, parentLink].filter((id) => id !== undefined);
  const all = [...systemFields, ...goalLinks, ...blockedBy, ...single, ...kept.map(({ id }) => id)];
  return [...new Set(all)];
}
