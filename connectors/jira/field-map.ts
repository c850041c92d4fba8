import type { JiraSettings } from "./settings.ts";
import type { WireField } from "./wire.ts";

/** Ids of the custom fields that the settings speak of. Ids differ from site to site. */
export interface FieldMap {
  readonly goalLinks: readonly string[];
  readonly blockedBy: readonly string[];
  readonly team: string | undefined;
  /** Names in the settings that no field has. */
  readonly missing: readonly string[];
}

/** What Jira calls the type of its own Team field on every site (read from real sites' field lists, 2026-11). */
const teamFieldType = "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team";

type FieldSettings = Pick<JiraSettings, "goalLinkFields" | "blockedByFields" | "teamField">;

/** Finds the fields by id or by name without case; the team field also by its type. */
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
  const byType = fields.find(({ schema }) => schema?.custom === teamFieldType)?.id;
  return {
    goalLinks: settings.goalLinkFields.flatMap(find),
    blockedBy: settings.blockedByFields.flatMap(find),
    team: teamField === undefined ? byType : find(teamField)[0],
    missing,
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
];

/** What to ask Jira for. */
export function fieldsToRead({ goalLinks, blockedBy, team }: FieldMap): readonly string[] {
  return [...systemFields, ...goalLinks, ...blockedBy, ...(team === undefined ? [] : [team])];
}
