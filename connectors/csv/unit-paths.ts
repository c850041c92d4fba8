import type { FileLine, Surroundings } from "#shared/kit/file-intake.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { UnitRow } from "./file-rows.ts";
import type { LineReader } from "./line-reader.ts";
import { csvUnitId, isTeamNative } from "./row-ids.ts";

/** Signs between the levels of a path: `Sales > DACH`, `Sales / DACH`. A slash without spaces is a name's. */
const separators = /\s*(?<!\\)[>›»→|]\s*|\s+\/\s+/u;
const levelFields = ["division", "department", "team"] as const;
/** Levels below the company; `OrgUnit` has 20. */
const levelsMax = 19;

interface Level {
  readonly name: string;
  readonly kind: string;
}

/** The units that the people of a file are in, made of their paths as they come. */
export class UnitPaths {
  readonly #known: Surroundings;
  readonly #units = new Map<OrgUnitId, UnitRow>();

  constructor(known: Surroundings) {
    this.#known = known;
  }

  /** All units on the ways up, topmost first; the company itself is the reader's to add. */
  rows(): readonly UnitRow[] {
    return [...this.#units.values()];
  }

  /** The unit of a line; undefined where it names none, or, which is told, none that can be meant. */
  unitOf(reader: LineReader, at: FileLine): OrgUnitId | undefined {
    const named = reader.text(at, "unit");
    const levels = named === undefined ? this.#levels(reader, at) : undefined;
    if (named === undefined) return levels && this.#enter(levels);
    const team = this.#teams(named);
    if (team.length === 1) return team[0]?.id;
    if (team.length > 1) {
      reader.refuse(at, "unit", "is the name of several teams: use the id of one");
      return undefined;
    }
    const path = splitPath(named);
    if (path.length > levelsMax) {
      reader.refuse(at, "unit", `has ${path.length} levels, and ${levelsMax} are the most`);
      return undefined;
    }
    return path.length === 0
      ? undefined
      : this.#enter(path.map((name) => ({ name, kind: "unit" })));
  }

  /** Teams of the teams file; units of other systems are those of their own people. */
  #teams(text: string): ReturnType<Surroundings["units"]> {
    return this.#known.units(text).filter(({ id }) => {
      const parts = readFactId(id);
      return parts?.connectionId === this.#known.connectionId && isTeamNative(parts.nativeId);
    });
  }

  #levels(reader: LineReader, at: FileLine): readonly Level[] | undefined {
    const levels = levelFields.flatMap((kind) => {
      const name = reader.text(at, kind);
      return name === undefined ? [] : [{ name, kind }];
    });
    return levels.length === 0 ? undefined : levels;
  }

  #enter(levels: readonly Level[]): OrgUnitId {
    const { connectionId } = this.#known;
    let parentId = csvUnitId(connectionId, []);
    for (const [depth, { name, kind }] of levels.entries()) {
      const path = levels.slice(0, depth + 1).map((level) => level.name);
      const unitId = csvUnitId(connectionId, path);
      if (!this.#units.has(unitId)) {
        const level = depth + 1;
        this.#units.set(unitId, { key: unitId, unitId, name, kind, level, parentId });
      }
      parentId = unitId;
    }
    return parentId;
  }
}

/** A backslash before a sign says that it is the name's; exports write it. */
function splitPath(text: string): readonly string[] {
  return text
    .split(separators)
    .map((name) => name.replaceAll(/\\(.)/gu, "$1").trim())
    .filter((name) => name !== "");
}
