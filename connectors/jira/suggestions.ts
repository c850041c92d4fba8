import type { Suggestion } from "#shared/kit/discovery.ts";

import type { WireNamedStatus, WireWordedLinkType } from "./client-discovery.ts";
import { teamFieldType } from "./field-map.ts";
import { guessKind } from "./goal-types.ts";
import { isChoice, nameOf } from "./kept-fields.ts";
import { JiraSettings } from "./settings.ts";
import type { WireField, WireType } from "./wire.ts";

/**
 * Types above epics are goals in the eyes of Jira's own plans. A level is suggested as a whole where
 * all its types are of one kind: names are translated and renamed, levels are not.
 */
export function suggestGoalTypes(types: readonly WireType[]): readonly Suggestion[] {
  const levels = new Map<number, WireType[]>();
  for (const type of types) {
    const level = type.hierarchyLevel ?? 0;
    if (level >= 2) levels.set(level, [...(levels.get(level) ?? []), type]);
  }
  const sorted = [...levels].toSorted(([a], [b]) => a - b);
  const value = sorted.flatMap(([level, all]) => {
    const kinds = new Set(all.map(kindOf));
    if (kinds.size === 1) return [...kinds].map((kind) => `level ${level}=${kind}`);
    return all.map((type) => `${type.id}=${kindOf(type)}`);
  });
  const names = sorted.map(([level, all]) => `${quoted(all)} (level ${level})`);
  const why = `The site has work types above epics: ${names.join(", ")}`;
  return value.length === 0 ? [] : [{ field: "goalTypes", value: value.slice(0, 20), why }];
}

function kindOf({ name }: WireType): string {
  return guessKind(name.toLowerCase());
}

const goalWords =
  /\b(?:goals?|okrs?|objectives?|key results?|ziele?|objectifs?|objetivos?|obiettiv[io]|doel(?:en)?|mål)\b|目標|目标|цел[ьи]/iu;
const blockedWords =
  /\b(?:blocked by|depends on|blockiert (?:von|durch)|bloqué par|bloqueado por)\b/iu;
const teamWords = /^(?:team|squad|crew|équipe|equipo|equipe|チーム|团队)$/iu;

/** Fields by what they hold and what they are called; suggested by id, which survives renaming. */
export function suggestFields(fields: readonly WireField[]): readonly Suggestion[] {
  const urlFields = fields.filter(({ schema }) => schema?.custom?.endsWith(":url") === true);
  const goals = urlFields.filter(({ name }) => goalWords.test(name)).slice(0, 5);
  const blocked = urlFields.filter(({ name }) => blockedWords.test(name)).slice(0, 5);
  return [
    ...suggestTeamField(fields),
    ...listed(goals, "goalLinkFields", "Fields for addresses whose names speak of goals"),
    ...listed(blocked, "blockedByFields", "Fields for addresses whose names speak of blocking"),
    ...suggestKeptFields(fields),
  ];
}

const purposeWords =
  /\b(?:areas?|products?|pillars?|streams?|workstreams?|program(?:me)?s?|themes?|strateg(?:y|ic)|investments?|bereich|produkt|domaine|produit)\b/iu;
const keptSuggestedMax = 3;

/** Choices that say what work is for are what link rules go by; with the id they survive renaming. */
function suggestKeptFields(fields: readonly WireField[]): readonly Suggestion[] {
  const found = fields
    .filter((field) => isChoice(field) && purposeWords.test(field.name))
    .slice(0, keptSuggestedMax);
  if (found.length === 0) return [];
  const entries = found.map((field) => [`${field.id}=${nameOf(field)}`.slice(0, 120), field.name]);
  const value = entries.map(([entry]) => entry ?? "");
  const why = "Choices whose names speak of what work is for: link rules can go by them";
  return [{ field: "keptFields", value, why, labels: Object.fromEntries(entries) }];
}

function suggestTeamField(fields: readonly WireField[]): readonly Suggestion[] {
  const own = fields.find(({ schema }) => schema?.custom === teamFieldType);
  if (own) {
    return [{ field: "teamField", value: own.id, why: `“${own.name}” is Jira's own Team field` }];
  }
  const named = fields.find(
    ({ id, name }) => id.startsWith("customfield_") && teamWords.test(name),
  );
  if (!named) return [];
  return [
    { field: "teamField", value: named.id, why: `A field of the site is called “${named.name}”` },
  ];
}

function listed(found: readonly WireField[], field: string, why: string): readonly Suggestion[] {
  if (found.length === 0) return [];
  const labels = Object.fromEntries(found.map(({ id, name }) => [id, name]));
  return [{ field, value: found.map(({ id }) => id), why, labels }];
}

/** Start blocks end. The passive must be looked for first: it holds the same word. */
const waitsWords =
  /\b(?:is blocked|are blocked|depends on|requires|waits (?:for|on)|wird blockiert|hängt ab|wartet auf|est bloqué|dépend d|es bloqueado|está bloqueado|depende d|é bloqueado|è bloccato|dipende da|is geblokkeerd|wordt geblokkeerd|hangt af)|блокируется|зависит|被阻|ブロックされ/iu;
const blocksWords =
  /\b(?:blocks?|blockiert|bloque|bloquea|bloqueia|blocca|blokkeert|blockerar|is required by|gates)\b|блокирует|阻塞|阻止|ブロック/iu;

/** Link types whose words mean blocking, by id, with their direction. */
export function suggestBlockingLinkTypes(
  types: readonly WireWordedLinkType[],
): readonly Suggestion[] {
  const found = types.flatMap(({ id, name, outward }) => {
    if (waitsWords.test(outward)) return [{ entry: `${id}=reversed`, name, outward }];
    return blocksWords.test(outward) ? [{ entry: id, name, outward }] : [];
  });
  if (found.length === 0) return [];
  const words = [...new Set(found.map(({ outward }) => `“${outward}”`))];
  const value = found.slice(0, 10).map(({ entry }) => entry);
  const why = `Links that read ${words.join(", ")} say that one end waits for the other`;
  const labels = Object.fromEntries(found.map(({ entry, name }) => [entry, name]));
  return [{ field: "blockingLinkTypes", value, why, labels }];
}

const droppedWords =
  /won['’]?t|cancel|reject|declin|abandon|duplicate|obsolete|invalid|not doing|dropped|withdrawn|discard|abgelehnt|abgebrochen|verworfen|storniert|zurückgezogen|annul|abandonn|rejet|refus|cancelad|rechazad|descartad|anulad|rejeitad|annullat|rifiutat|geannuleerd|afgewezen|avbruten|avvisad|отмен|отклон|却下|中止|キャンセル|取消|拒绝|已拒|放弃/iu;

/** Statuses that count as done for Jira and by their name are none; names, since every project has its own. */
export function suggestDroppedStatuses(
  statuses: readonly WireNamedStatus[],
): readonly Suggestion[] {
  const done = statuses.filter(({ statusCategory }) => statusCategory?.key === "done");
  const names = new Set(done.map(({ name }) => name).filter((name) => droppedWords.test(name)));
  const usual = JiraSettings.shape.droppedStatuses.parse(undefined);
  const known = new Set(usual.map((name) => name.toLowerCase()));
  const added = [...names].filter((name) => !known.has(name.toLowerCase()) && name.length <= 120);
  if (added.length === 0) return [];
  // The usual ones stay: they name resolutions as well.
  const value = [...usual, ...added].slice(0, 50);
  const why = `Done for Jira, but given up by their names: ${added.map((name) => `“${name}”`).join(", ")}`;
  return [{ field: "droppedStatuses", value, why }];
}

function quoted(things: readonly { readonly name: string }[]): string {
  return [...new Set(things.map(({ name }) => `“${name}”`))].join(", ");
}
