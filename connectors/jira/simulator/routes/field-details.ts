import { customSchemas } from "../custom-fields.ts";
import type { JiraState } from "../state.ts";

const systemFields: readonly (readonly [id: string, name: string, type: string])[] = [
  ["summary", "Summary", "string"],
  ["issuetype", "Work Type", "issuetype"],
  ["project", "Space", "project"],
  ["status", "Status", "status"],
  ["assignee", "Assignee", "user"],
  ["reporter", "Reporter", "user"],
  ["duedate", "Due date", "date"],
  ["created", "Created", "datetime"],
  ["updated", "Updated", "datetime"],
  ["resolution", "Resolution", "resolution"],
];
const lists: readonly (readonly [id: string, name: string, items: string])[] = [
  ["labels", "Labels", "string"],
  ["components", "Components", "component"],
  ["issuelinks", "Linked Work Items", "issuelinks"],
  ["subtasks", "Sub-tasks", "issuelinks"],
];

/** The fields of the site as `GET /field` lists them. */
export function fieldDetails(state: JiraState): readonly object[] {
  const flags = { navigable: true, orderable: true, searchable: true };
  const parent = { id: "parent", key: "parent", name: "Parent", custom: false, ...flags };
  return [
    ...systemFields.map(([id, name, type]) => systemField(id, name, { type, system: id })),
    ...lists.map(([id, name, items]) =>
      systemField(id, name, { type: "array", items, system: id }),
    ),
    { ...parent, clauseNames: ["parent"] },
    ...state.fields.map(({ id, name, type }) => {
      const customId = Number(id.slice("customfield_".length));
      const clauseNames = [`cf[${customId}]`, name];
      const schema = { ...customSchemas[type], customId };
      return { id, key: id, name, custom: true, ...flags, clauseNames, schema };
    }),
  ];
}

function systemField(id: string, name: string, schema: object): object {
  const flags = { navigable: true, orderable: true, searchable: true };
  return { id, key: id, name, custom: false, ...flags, clauseNames: [id], schema };
}
