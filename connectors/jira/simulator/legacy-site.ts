import { instantOf } from "#shared/model/time.ts";

import type { JiraSeedInput } from "./seed.ts";
import { smallSite } from "./small-site.ts";

const created = instantOf(Date.UTC(2026, 9, 5, 8));
const updated = instantOf(Date.UTC(2026, 10, 3, 10));

type Custom = NonNullable<NonNullable<JiraSeedInput["issues"]>[number]["custom"]>;

/** The ids of this site's custom fields, other than on any other site. */
export const legacyFields = {
  epicLink: "customfield_12314",
  parentLink: "customfield_12318",
  sprint: "customfield_12320",
  team: "customfield_12401",
  startDate: "customfield_12415",
  targetStart: "customfield_12422",
  goalLink: "customfield_12450",
} as const;

/**
 * The small site as one that is old: it has the fields for parents that came before `parent`. On top of
 * the small site: LEG-1, an epic whose only parent is a parent link; LEG-2, a story whose only parent is
 * an epic link; LEG-3, an epic whose parent link names another parent than `parent` does; LEG-4, an epic
 * whose parent link names a story, which cannot be; LEG-5, an epic whose parent link names nothing.
 */
export const legacySite = {
  ...smallSite,
  fields: [
    ...smallSite.fields.filter(({ type }) => type !== "team"),
    { id: legacyFields.epicLink, name: "Epos-Verknüpfung", type: "epic-link" },
    { id: legacyFields.parentLink, name: "Parent Link", type: "parent-link" },
    { id: legacyFields.sprint, name: "Sprint", type: "sprint" },
    { id: legacyFields.team, name: "Équipe", type: "team" },
    { id: legacyFields.startDate, name: "Start date", type: "date" },
    { id: legacyFields.targetStart, name: "Target start", type: "target-start" },
    { id: legacyFields.goalLink, name: "Goal", type: "url" },
  ],
  projects: [
    ...smallSite.projects,
    {
      id: "20009",
      key: "LEG",
      name: "Legacy",
      issueTypes: [
        { id: "10010", name: "Epic", hierarchyLevel: 1 },
        { id: "10011", name: "Story", hierarchyLevel: 0 },
      ],
    },
  ],
  issues: [
    ...smallSite.issues.map((issue) => ({
      ...issue,
      custom: withNewIds(issue.custom ?? {}),
    })),
    legacy(1, "10010", { [legacyFields.parentLink]: "STRAT-2" }),
    legacy(2, "10011", {
      [legacyFields.epicLink]: "LEG-1",
      [legacyFields.startDate]: "2026-11-02",
      [legacyFields.sprint]: [{ id: 7, name: "Sprint 7", state: "active", boardId: 3 }],
    }),
    {
      ...legacy(3, "10010", { [legacyFields.parentLink]: "STRAT-1" }),
      parentKey: "STRAT-2" as const,
    },
    legacy(4, "10010", { [legacyFields.parentLink]: "PAY-2" }),
    legacy(5, "10010", { [legacyFields.parentLink]: "GONE-7" }),
  ],
} satisfies JiraSeedInput;

function legacy(number: number, typeId: string, custom: Custom) {
  return {
    id: String(10_500 + number),
    key: `LEG-${number}`,
    typeId,
    summary: `Old work item ${number}`,
    statusId: "1",
    created,
    updated,
    custom,
  };
}

function withNewIds(custom: Custom): Custom {
  const { customfield_10001: team, ...rest } = custom;
  return { ...rest, ...(team !== undefined && { [legacyFields.team]: team }) };
}
