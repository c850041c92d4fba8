import type {
  CheckedFile,
  FileLine,
  FileMapping,
  FileTable,
  Surroundings,
} from "#shared/kit/file-intake.ts";
import { shortText } from "#shared/model/facts.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { TeamRow } from "./file-rows.ts";
import { keptRow } from "./kept-row.ts";
import { LineReader } from "./line-reader.ts";
import { findCycles } from "./reporting-cycles.ts";
import { csvTeamId, ownWord } from "./row-ids.ts";
import { shownLines } from "./shown-lines.ts";

/** An upsert carries at most a thousand edges; a team of more is no team. */
const membersMax = 900;
const levelMax = 20;

const yesNo: Readonly<Record<string, "yes" | "no">> = {
  yes: "yes",
  ja: "yes",
  true: "yes",
  x: "yes",
  "1": "yes",
  y: "yes",
  j: "yes",
  no: "no",
  nein: "no",
  false: "no",
  "0": "no",
  n: "no",
  "-": "no",
};

interface TeamLine {
  readonly at: FileLine;
  readonly key: string;
  readonly name: string;
}

/** A team whose parent is another of the file, or a unit that the hub knows. */
interface Parent {
  readonly key?: string;
  readonly known?: { readonly id: OrgUnitId; readonly level: number };
}

/** Checks a file of teams whole. Members and units may be of any system that the hub reads. */
export function checkTeams(
  table: FileTable,
  mapping: FileMapping,
  known: Surroundings,
): CheckedFile {
  const reader = new LineReader(table, mapping);
  const teams = readTeams(reader, table, known);
  const named = Map.groupBy(teams.values(), ({ name }) => name.toLowerCase());
  const parents = new Map(
    [...teams.values()].map((team) => [team.key, parentOf(reader, team, { teams, named, known })]),
  );
  refuseCycles(reader, teams, parents);
  const rows = [...teams.values()].map((team): TeamRow => {
    const parent = parents.get(team.key);
    const parentId =
      parent?.key === undefined ? parent?.known?.id : csvTeamId(known.connectionId, parent.key);
    const kind = reader.text(team.at, "kind");
    const bound = boundUnit(reader, team.at, known);
    const members = membersOf(reader, team.at, known);
    const validFrom = reader.date(team.at, "validFrom");
    const said = reader.word(team.at, "isDelivery", yesNo);
    const isDeliveryTeam =
      said === undefined ? members.length > 0 || bound !== undefined : said === "yes";
    return {
      key: team.key,
      unitId: csvTeamId(known.connectionId, team.key),
      name: team.name,
      kind: kind ?? "team",
      level: Math.min(levelMax, levelOf(team.key, parents)),
      ...(parentId !== undefined && { parentId }),
      isDeliveryTeam,
      ...(bound !== undefined && { boundToId: bound }),
      ...(validFrom !== undefined && { validFrom }),
      members: [...members],
    };
  });
  return {
    shelves: { teams: rows.map(keptRow) },
    problems: reader.problems,
    shown: shownLines(reader, table.lines, [
      "id",
      "name",
      "kind",
      "parent",
      "isDelivery",
      "boundTo",
      "members",
      "validFrom",
    ]),
    rows: rows.length,
  };
}

function readTeams(
  reader: LineReader,
  table: FileTable,
  { connectionId }: Surroundings,
): ReadonlyMap<string, TeamLine> {
  const teams = new Map<string, TeamLine>();
  for (const at of table.lines) {
    const name = reader.needed(at, "name");
    const field = reader.has("id") ? "id" : "name";
    const word = field === "id" ? reader.needed(at, "id") : name;
    if (word === undefined || name === undefined) continue;
    const key = ownWord(connectionId, word);
    const other = teams.get(key);
    if (other) {
      reader.refuse(at, field, `stands in line ${other.at.line} already: each team has one line`);
    } else teams.set(key, { at, key, name });
  }
  return teams;
}

interface Around {
  readonly teams: ReadonlyMap<string, TeamLine>;
  readonly named: ReadonlyMap<string, readonly TeamLine[]>;
  readonly known: Surroundings;
}

function parentOf(reader: LineReader, { at }: TeamLine, { teams, named, known }: Around): Parent {
  const said = reader.text(at, "parent");
  if (said === undefined) return {};
  const text = ownWord(known.connectionId, said);
  if (teams.has(text)) return { key: text };
  const own = named.get(text.toLowerCase()) ?? [];
  const [team] = own;
  if (team && own.length === 1) return { key: team.key };
  const units = own.length > 1 ? [] : elsewhere(known, text);
  const [unit] = units;
  if (unit && units.length === 1) return { known: unit };
  reader.refuse(
    at,
    "parent",
    own.length > 1 || units.length > 1
      ? "is the name of several units: use the id of one"
      : "is no id or name of a line of this file, and no unit that the hub knows: correct it",
  );
  return {};
}

/** Units of other systems, and those of the people's file; teams of an earlier file are replaced by this. */
function elsewhere(known: Surroundings, text: string) {
  return known.units(text).filter(({ id }) => {
    const parts = readFactId(id);
    return parts?.connectionId !== known.connectionId || parts.nativeId.startsWith("/");
  });
}

function boundUnit(reader: LineReader, at: FileLine, known: Surroundings): OrgUnitId | undefined {
  const text = reader.text(at, "boundTo");
  if (text === undefined) return undefined;
  const units = elsewhere(known, text);
  if (units.length === 1) return units[0]?.id;
  reader.refuse(
    at,
    "boundTo",
    units.length > 1
      ? "is the name of several units: use the id of one"
      : "is no unit that the hub knows: upload or connect the people first, or leave it empty",
  );
  return undefined;
}

/** `mia@acme.example; 4711 (lead)`: ids, employee numbers or work e-mails. */
function membersOf(reader: LineReader, at: FileLine, known: Surroundings): TeamRow["members"] {
  const words = reader
    .raw(at, "members")
    .split(/[;,|\n]+/u)
    .flatMap((word) => shortText(word) ?? []);
  if (words.length > membersMax) {
    reader.refuse(at, "members", `has ${words.length} people, and ${membersMax} are the most`);
    return [];
  }
  const members = new Map<string, TeamRow["members"][number]>();
  for (const [place, word] of words.entries()) {
    const marks = new Set(
      [...word.matchAll(/\((lead|primary)\)/giu)].map(([, mark]) => mark?.toLowerCase()),
    );
    const people = known.people(word.replaceAll(/\s*\((?:lead|primary)\)/giu, "").trim());
    const [personId] = people;
    if (personId === undefined || people.length > 1) {
      const why = people.length > 1 ? "may be several people" : "is nobody whom the hub knows";
      reader.refuse(
        at,
        "members",
        `entry ${place + 1} ${why}: give an id, employee number or work e-mail`,
      );
      continue;
    }
    members.set(personId, {
      personId,
      ...(marks.has("lead") && { isLead: true }),
      ...(marks.has("primary") && { isPrimary: true }),
    });
  }
  return [...members.values()];
}

function refuseCycles(
  reader: LineReader,
  teams: ReadonlyMap<string, TeamLine>,
  parents: ReadonlyMap<string, Parent>,
): void {
  const steps = [...parents].map(([key, parent]) => ({ key, from: "", managerKey: parent.key }));
  for (const cycle of findCycles(steps)) {
    const lines = cycle.flatMap((key) => teams.get(key) ?? []).map(({ at }) => at);
    const [first] = lines.toSorted((a, b) => a.line - b.line);
    if (!first) continue;
    const way = lines
      .slice(0, 10)
      .map(({ line }) => line)
      .join(" → ");
    reader.refuse(
      first,
      "parent",
      lines.length === 1
        ? "is the team itself: name what it belongs to, or leave it empty"
        : `begins a circle of ${lines.length} teams that belong to each other (lines ${way}): correct one`,
    );
  }
}

/** Below the company; a circle, which is refused anyway, ends the walk. */
function levelOf(key: string, parents: ReadonlyMap<string, Parent>): number {
  let level = 1;
  let parent = parents.get(key);
  while (parent?.key !== undefined && level < levelMax) {
    level += 1;
    parent = parents.get(parent.key);
  }
  return parent?.known ? level + parent.known.level : level;
}
