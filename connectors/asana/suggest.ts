import type { Suggestion } from "#shared/kit/discovery.ts";

import type { Sample, SampledField } from "./sample.ts";
import { AsanaSettings } from "./settings.ts";

/** Words by which people call such fields and values, in lower case. */
const goalWords = /\b(?:goals?|objectives?|okrs?|key results?|ziele?|objectifs?)\b/u;
const blockedWords = /\b(?:blocked by|blockers?|depends on|waiting (?:on|for)|jira|issue link)\b/u;
const teamWords = /\b(?:teams?|squads?|tribe|department|équipe)\b/u;
const statusWords = /\b(?:status|stage|phase|progress|state|workflow)\b/u;
const begunWords =
  /\b(?:in progress|doing|in review|review|wip|working|started|active|in arbeit|en cours)\b/u;
const doneWords =
  /\b(?:done|completed?|finished|shipped|released|closed|erledigt|fertig|terminé)\b/u;
const droppedWords =
  /\b(?:won't do|dropped|cancell?ed|rejected|duplicate|abandoned|deferred|verworfen)\b/u;
const notWords = /\b(?:not|un|ready|to be|waiting|ready for)\b/u;

const purposeWords =
  /\b(?:areas?|products?|pillars?|streams?|workstreams?|program(?:me)?s?|themes?|strateg(?:y|ic)|investments?|initiatives?|bereich|produkt|domaine|produit)\b/u;

const choiceTypes: ReadonlySet<string> = new Set(["enum"]);
const keptTypes: ReadonlySet<string> = new Set(["enum", "multi_enum"]);
const teamTypes: ReadonlySet<string> = new Set(["enum", "text", "multi_enum"]);

/** What the hub would put into the settings, each with its reason; nothing where nothing speaks for it. */
export function suggestionsFrom(sample: Sample): readonly Suggestion[] {
  const { fields } = sample;
  const texts = fields.filter(({ type }) => type === "text");
  const goal = best(texts, goalWords);
  const blocked = best(
    texts.filter((field) => field !== goal),
    blockedWords,
  );
  const team = best(
    fields.filter(({ type }) => teamTypes.has(type)),
    teamWords,
  );
  const status = best(
    fields.filter(({ type, options }) => choiceTypes.has(type) && options.length > 1),
    statusWords,
  );
  return [
    ...named("goalField", goal, sample),
    ...named("blockedByField", blocked, sample),
    ...named("teamField", team, sample),
    ...named("statusField", status, sample),
    ...kept(sample, new Set([team, status])),
    ...(status ? valuesOf(status) : []),
    ...begunSections(sample),
  ];
}

/** The one that is on most projects among those whose name fits, addresses in it speaking for it too. */
function best(fields: readonly SampledField[], words: RegExp): SampledField | undefined {
  const fitting = fields.filter(({ name }) => words.test(name.toLowerCase()));
  return fitting.toSorted(
    (a, b) => addresses(b) - addresses(a) || b.projects - a.projects || (a.name < b.name ? -1 : 1),
  )[0];
}

function addresses({ texts }: SampledField): number {
  return texts.filter((text) => /https?:\/\//u.test(text)).length;
}

function named(
  setting: string,
  field: SampledField | undefined,
  { projects }: Sample,
): readonly Suggestion[] {
  if (!field) return [];
  const found = addresses(field);
  const values =
    field.texts.length === 0
      ? ""
      : `; ${found} of ${field.texts.length} values looked at hold an address`;
  const why = `The field “${field.name}” is on ${field.projects} of ${projects} projects looked at${field.type === "text" ? values : ""}`;
  return [{ field: setting, value: field.name, why }];
}

const suggestedMax = 3;

/** Choices that say what work is for are what link rules go by; with the gid they survive renaming. */
function kept(
  { fields, projects }: Sample,
  taken: ReadonlySet<SampledField | undefined>,
): readonly Suggestion[] {
  const fitting = fields
    .filter((field) => keptTypes.has(field.type) && !taken.has(field))
    .filter(({ name }) => purposeWords.test(name.toLowerCase()))
    .toSorted((a, b) => b.projects - a.projects || (a.name < b.name ? -1 : 1))
    .slice(0, suggestedMax);
  return fitting.map(({ gids, name, projects: on }) => {
    const [gid] = gids;
    const value = gid === undefined || gids.length > 1 ? name : `${gid}=${name}`.slice(0, 120);
    const why = `The field “${name}” is on ${on} of ${projects} projects looked at, and link rules can go by it`;
    return { field: "keptFields", value: [value], why, labels: { [value]: name } };
  });
}

function valuesOf({ name, options }: SampledField): readonly Suggestion[] {
  const fitting = (words: RegExp) =>
    options.filter((option) => {
      const text = option.toLowerCase();
      return words.test(text) && !notWords.test(text);
    });
  const dropped = fitting(droppedWords);
  const done = fitting(doneWords).filter((option) => !dropped.includes(option));
  const begun = fitting(begunWords).filter(
    (option) => !done.includes(option) && !dropped.includes(option),
  );
  return [
    { field: "inProgressStatuses", value: begun },
    { field: "doneStatuses", value: done },
    { field: "droppedStatuses", value: dropped },
  ].flatMap(({ field, value }) =>
    value.length === 0
      ? []
      : [{ field, value, why: `Values of the field “${name}” that sound so` }],
  );
}

/** Only what the settings do not have already by default is worth a word. */
function begunSections({ sections }: Sample): readonly Suggestion[] {
  const usual = AsanaSettings.shape.inProgressSections.parse(undefined);
  const known = new Set(usual.map((name) => name.toLowerCase()));
  const begun = [...sections].filter(([name]) => {
    const text = name.toLowerCase();
    return begunWords.test(text) && !doneWords.test(text) && !notWords.test(text);
  });
  const added = begun.filter(([name]) => !known.has(name.toLowerCase()));
  if (added.length === 0) return [];
  const told = added.map(([name, count]) => `“${name}” (${count})`).join(", ");
  const why = `Sections of projects looked into that sound so: ${told}`;
  return [{ field: "inProgressSections", value: [...usual, ...added.map(([name]) => name)], why }];
}
