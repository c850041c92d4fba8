import { foldedValue } from "#shared/model/folded.ts";
import { type FoundField, keptFields, readWantedField } from "#shared/model/kept-fields.ts";

import type { WireField } from "./wire.ts";

/** A field whose values are kept with issues, for rules to go by. */
export interface KeptField {
  readonly id: string;
  /** What rules know it by. */
  readonly name: string;
  readonly isSprint: boolean;
}

/** A field that the settings name and that is not kept. */
export interface RefusedField {
  readonly wanted: string;
  readonly namesPeople: boolean;
}

const componentsId = "components";
const jirasOwn = "com.atlassian.jira.plugin.system.customfieldtypes:";
const sprintType = "com.pyxis.greenhopper.jira:gh-sprint";

/** System fields by their ids: what is asked for by name alone, such as the summary, is no such thing. */
const systemIds: ReadonlySet<string> = new Set([
  componentsId,
  "priority",
  "labels",
  "fixVersions",
  "versions",
]);

const choiceKinds: ReadonlySet<string> = new Set(
  ["select", "radiobuttons", "multiselect", "multicheckboxes", "cascadingselect"].map(
    (kind) => jirasOwn + kind,
  ),
);

/** Whether people choose its values from a list of the site's. */
export function isChoice({ schema }: WireField): boolean {
  return choiceKinds.has(schema?.custom ?? "");
}

/**
 * Kinds of custom field that hold a choice, a number, a day or a short text. Every other kind is refused,
 * those of apps too: what is not known may name people.
 * https://support.atlassian.com/jira-cloud-administration/docs/custom-fields-types-in-company-managed-projects/
 * (read 2026-11-21)
 */
const customKinds: ReadonlySet<string> = new Set([
  ...choiceKinds,
  ...["textfield", "float", "labels", "datepicker", "version", "multiversion"].map(
    (kind) => jirasOwn + kind,
  ),
  sprintType,
]);

/** Whether values of a field may be kept; of what says that it holds people, never. */
export function isKeepable(field: WireField): boolean {
  const { id, schema } = field;
  if (namesPeople(field)) return false;
  if (schema?.custom !== undefined) return customKinds.has(schema.custom);
  return systemIds.has(id);
}

function namesPeople({ schema }: WireField): boolean {
  return [schema?.type, schema?.items].some((type) => type === "user" || type === "group");
}

const fieldId = /^(?:customfield_\d+|components|priority|labels|fixVersions|versions)$/u;

/**
 * Finds the fields of the setting by id, by `id=name`, or by name without regard to case and blanks. Components are found as
 * "Component" in any language. An entry of which nothing can be kept is refused, one that no field has
 * is missing.
 */
export function mapKeptFields(
  entries: readonly string[],
  fields: readonly WireField[],
): {
  readonly kept: readonly KeptField[];
  readonly refused: readonly RefusedField[];
  readonly missing: readonly string[];
} {
  const kept: KeptField[] = [];
  const refused: RefusedField[] = [];
  const missing: string[] = [];
  for (const entry of entries) {
    const { wanted, name } = readWantedField(entry, fieldId);
    const found = fields.filter((field) => isCalled(field, wanted));
    const good = found.filter(isKeepable);
    if (found.length === 0) missing.push(wanted);
    else if (good.length === 0) refused.push({ wanted, namesPeople: found.some(namesPeople) });
    for (const field of good) {
      const own = field.id === wanted ? nameOf(field) : wanted;
      const isSprint = field.schema?.custom === sprintType;
      kept.push({ id: field.id, name: name ?? own, isSprint });
    }
  }
  return { kept, refused, missing };
}

function isCalled({ id, name }: WireField, wanted: string): boolean {
  const text = foldedValue(wanted);
  return (
    id === wanted || foldedValue(name) === text || (id === componentsId && text === "component")
  );
}

/** What it is kept under where the settings give nothing but its id. */
export function nameOf({ id, name }: Pick<WireField, "id" | "name">): string {
  return id === componentsId ? "Component" : name;
}

/** What an issue holds in the kept fields. */
export function keptFieldsOf(
  kept: readonly KeptField[],
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> | undefined {
  const found = kept.map(({ id, name, isSprint }): FoundField => {
    const value = fields[id];
    return { name, values: isSprint ? sprintNames(value) : valuesIn(value) };
  });
  return keptFields(found);
}

/** A text, a number, an option, a version, or a list of these. */
function valuesIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flatMap(valuesOfOne) : valuesOfOne(value);
}

function valuesOfOne(value: unknown): readonly unknown[] {
  if (typeof value === "number") return Number.isFinite(value) ? [String(value)] : [];
  if (typeof value !== "object" || value === null) return [value];
  const text = textOf(value);
  if (text === undefined) return [];
  const below = textOf((value as OptionLike).child);
  // The second choice of a cascade, as Jira writes it; whoever goes by the first alone finds that too.
  return below === undefined ? [text] : [text, `${text} - ${below}`];
}

/** Of accounts in the cloud, of users of a server, and of groups; no option or version has any. */
const marksOfPeople = ["accountId", "displayName", "emailAddress", "groupId"];

function textOf(option: unknown): string | undefined {
  if (typeof option !== "object" || option === null) return undefined;
  // Allowed kinds hold no people; should one ever, nothing of it is kept.
  if (marksOfPeople.some((mark) => mark in option)) return undefined;
  const { value, name } = option as OptionLike;
  const text = value ?? name;
  return typeof text === "string" ? text : undefined;
}

/** Any object: nothing is known of its parts. */
interface OptionLike {
  readonly value?: unknown;
  readonly name?: unknown;
  readonly child?: unknown;
}

/**
 * Names alone, the latest first: an issue lists all the sprints that it ever was in. Whether one is
 * closed is not looked at, since closing it leaves its issues unchanged. Old webhooks give it as a text.
 */
function sprintNames(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  return value.toReversed().map((sprint: unknown) => {
    if (typeof sprint === "string") return /[[,]name=([^,\]]+)/u.exec(sprint)?.[1];
    return typeof sprint === "object" && sprint !== null && "name" in sprint
      ? sprint.name
      : undefined;
  });
}
