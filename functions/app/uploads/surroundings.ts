import * as z from "zod";

import type { Org } from "#shared/graph/org.ts";
import type { FileKind, Surroundings } from "#shared/kit/file-intake.ts";
import { readFileState, readShelf } from "#shared/kit/uploaded-files.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { AccountId, OrgUnitId } from "#shared/model/ids.ts";
import { OrgUnitId as OrgUnitIdSchema, PersonId, readFactId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import type { UploadPlace } from "./upload-place.ts";

/** Things by the words that files use for them. */
class Words<T> {
  readonly #things = new Map<string, Set<T>>();

  add(word: string | undefined, thing: T): void {
    if (word === undefined || word === "") return;
    const things = this.#things.get(word);
    if (things) things.add(thing);
    else this.#things.set(word, new Set([thing]));
  }

  /** Ids as they are; addresses and names, which are entered in lower case, however they are written. */
  find(word: string): readonly T[] {
    const text = word.trim();
    return [...(this.#things.get(text) ?? this.#things.get(text.toLowerCase()) ?? [])];
  }
}

const KeptPerson = z.looseObject({
  key: z.string(),
  personId: PersonId,
  workEmail: z.string().optional(),
  employeeNumber: z.string().optional(),
});
const KeptUnit = z.looseObject({
  key: z.string(),
  unitId: OrgUnitIdSchema,
  name: z.string(),
  level: z.int(),
});

/** What the hub knows of people, units and accounts, and what was uploaded and is not read yet. */
export async function readSurroundings(
  context: AppContext,
  place: UploadPlace,
  kind: FileKind,
): Promise<Surroundings> {
  const [org, connections] = await Promise.all([
    context.orgReader.read(),
    listConnections(context.table),
  ]);
  const people = await peopleWords(org, kind.collections.length === 0 ? undefined : place);
  const units = await unitWords(org, place);
  const accounts = accountWords(context, org, connections);
  return {
    connectionId: place.connection.id,
    today: dateOf(context.clock.now()),
    people: (text) => people.find(/<([^<>\s]+)>/u.exec(text)?.[1] ?? text),
    units: (text) => units.find(text).map(([id, level]) => ({ id, level })),
    accounts: (tool, text) => [
      ...new Set(
        accounts
          .find(text)
          .filter(({ tools }) => tool === undefined || tools.includes(tool.trim().toLowerCase()))
          .map(({ id }) => id),
      ),
    ],
  };
}

/** Without a place: only people who were read, for what is stated at once. */
async function peopleWords(org: Org, place: UploadPlace | undefined): Promise<Words<PersonId>> {
  const words = new Words<PersonId>();
  const humans = org.humans;
  for (const { id, workEmail, employeeNumber } of humans.records()) {
    const canonical = humans.canonical(id);
    for (const word of [id, readFactId(id)?.nativeId, workEmail, employeeNumber]) {
      words.add(word, canonical);
    }
  }
  for (const row of place ? await rowsOf(place, "people") : []) {
    const kept = KeptPerson.safeParse(row);
    // What the hub has read already says more; the rest of the file is on its way.
    if (!kept.success || humans.record(kept.data.personId)) continue;
    const { key, personId, workEmail, employeeNumber } = kept.data;
    for (const word of [key, workEmail, employeeNumber]) words.add(word, personId);
  }
  return words;
}

async function unitWords(
  org: Org,
  place: UploadPlace,
): Promise<Words<readonly [OrgUnitId, number]>> {
  const units = new Map<OrgUnitId, readonly [OrgUnitId, number]>();
  const words = new Words<readonly [OrgUnitId, number]>();
  const add = (id: OrgUnitId, level: number, names: readonly (string | undefined)[]) => {
    const unit = units.get(id) ?? ([id, level] as const);
    units.set(id, unit);
    for (const name of names) words.add(name, unit);
  };
  for (const { id, name, level } of org.units()) {
    const native = readFactId(id)?.nativeId;
    add(id, level, [id, native, native?.replace(/^team\//u, ""), name.toLowerCase()]);
  }
  for (const shelf of ["teams", "units"] as const) {
    for (const row of await rowsOf(place, shelf)) {
      const kept = KeptUnit.safeParse(row);
      if (!kept.success) continue;
      const { unitId, key, name, level } = kept.data;
      add(unitId, level, [key, name.toLowerCase()]);
    }
  }
  return words;
}

/** The rows of a shelf as they are in force. */
async function rowsOf(place: UploadPlace, shelf: string) {
  const kind = place.intake.kinds.find((each) => holds(each, shelf));
  const state = kind && (await readFileState(place.kept, kind.name));
  return state ? readShelf(place.kept, state.current, shelf) : [];
}

/** A people file has the units of its people on a shelf of their own. */
function holds(kind: FileKind, shelf: string): boolean {
  return kind.shelf === shelf || (kind.shelf === "people" && shelf === "units");
}

interface AccountWord {
  readonly id: AccountId;
  /** What its tool is called, in lower case. */
  readonly tools: readonly string[];
}

function accountWords(
  { registry }: AppContext,
  org: Org,
  connections: readonly Connection[],
): Words<AccountWord> {
  const tools = new Map(
    connections.map(({ id, name, connector }) => [
      id,
      [id, name, connector, registry.find(connector)?.title ?? connector].map((word) =>
        word.toLowerCase(),
      ),
    ]),
  );
  const words = new Words<AccountWord>();
  for (const { id, connectionId, workEmail } of org.accounts()) {
    const account = { id, tools: tools.get(connectionId) ?? [] };
    for (const word of [id, readFactId(id)?.nativeId, workEmail]) words.add(word, account);
  }
  return words;
}
