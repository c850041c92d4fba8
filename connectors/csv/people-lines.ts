import type { FileLine } from "#shared/kit/file-intake.ts";
import { Person } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import type { LineReader } from "./line-reader.ts";
import { ownWord } from "./row-ids.ts";

/** A line of a people file, its words read and its references not followed yet. */
export interface PersonLine {
  readonly at: FileLine;
  /** What the file calls the person by: the id, or what stands in for it. */
  readonly key: string;
  readonly name: string;
  readonly workEmail: string | undefined;
  readonly externalId: string | undefined;
  readonly employeeNumber: string | undefined;
  readonly engagement: Person["engagement"];
  readonly location: string | undefined;
  readonly status: Person["employmentStatus"] | undefined;
  readonly startOn: CalendarDate | undefined;
  readonly endOn: CalendarDate | undefined;
  readonly validFrom: CalendarDate | undefined;
  /** The field that names the manager, and how. */
  readonly manager:
    | { readonly field: "manager" | "managerEmail"; readonly text: string }
    | undefined;
}

const statusWords: Readonly<Record<string, Person["employmentStatus"]>> = {
  active: "active",
  aktiv: "active",
  employed: "active",
  "on leave": "active",
  leave: "active",
  beurlaubt: "active",
  elternzeit: "active",
  yes: "active",
  ja: "active",
  true: "active",
  t: "active",
  "1": "active",
  inactive: "inactive",
  inaktiv: "inactive",
  terminated: "inactive",
  left: "inactive",
  ausgeschieden: "inactive",
  ausgetreten: "inactive",
  gekündigt: "inactive",
  no: "inactive",
  nein: "inactive",
  false: "inactive",
  f: "inactive",
  "0": "inactive",
  pending: "pending",
  onboarding: "pending",
  "pre-hire": "pending",
  hired: "pending",
  "noch nicht gestartet": "pending",
};

const contractorWords =
  /\b(?:contractor|contingent|freelancer?|extern(?:al|er?)?|consultant|selbst[sä]ndig|leiharbeit|temp(?:orary)? agency)/iu;
const employeeWords =
  /\b(?:employee|permanent|regular|full[- ]?time|part[- ]?time|intern(?:al)?|apprentice|working student|angestellte?r?|intern[er]?|vollzeit|teilzeit|unbefristet|befristet|werkstudent(?:in)?|auszubildende?r?|praktikant(?:in)?)\b/iu;

/** Reads a line; undefined where it does not even say who it is about, which is told. */
export function readPersonLine(
  reader: LineReader,
  at: FileLine,
  connectionId: ConnectionId,
): PersonLine | undefined {
  const workEmail = readEmail(reader, at, "workEmail");
  const employeeNumber = reader.text(at, "employeeNumber");
  const word = reader.has("id")
    ? reader.needed(at, "id")
    : reader.has("employeeNumber")
      ? reader.needed(at, "employeeNumber")
      : reader.needed(at, "workEmail") && workEmail;
  const key = word === undefined ? undefined : ownWord(connectionId, word);
  const name = readName(reader, at);
  const startOn = reader.date(at, "startOn");
  const endOn = reader.date(at, "endOn");
  if (startOn !== undefined && endOn !== undefined && endOn < startOn) {
    reader.refuse(at, "endOn", "lies before the start: check both dates");
  }
  const line = {
    at,
    workEmail,
    employeeNumber,
    externalId: reader.text(at, "externalId"),
    engagement: engagementOf(reader.text(at, "engagement")),
    location: reader.text(at, "location"),
    status: reader.word(at, "status", statusWords),
    startOn,
    endOn,
    validFrom: reader.date(at, "validFrom"),
    manager: managerOf(reader, at, connectionId),
  };
  return key === undefined || name === undefined ? undefined : { ...line, key, name };
}

function readEmail(reader: LineReader, at: FileLine, field: string): string | undefined {
  const text = reader.text(at, field);
  if (text === undefined) return undefined;
  const parsed = Person.shape.workEmail.safeParse(text);
  if (parsed.success) return parsed.data;
  reader.refuse(at, field, "is no e-mail address: correct it or leave the cell empty");
  return undefined;
}

function readName(reader: LineReader, at: FileLine): string | undefined {
  const parts = [reader.text(at, "firstName"), reader.text(at, "lastName")].filter(
    (part) => part !== undefined,
  );
  const name = reader.text(at, "name") ?? (parts.length > 0 ? parts.join(" ") : undefined);
  if (name === undefined) {
    reader.needed(at, reader.has("name") ? "name" : "lastName");
  } else if (name.length > 120) {
    reader.refuse(at, "lastName", "makes a name of more than 120 characters: shorten it");
    return undefined;
  }
  return name;
}

/** What fits neither is left open: nothing rests on it. */
function engagementOf(text: string | undefined): Person["engagement"] {
  if (text === undefined) return undefined;
  if (contractorWords.test(text)) return "contractor";
  return employeeWords.test(text) ? "employee" : undefined;
}

function managerOf(
  reader: LineReader,
  at: FileLine,
  connectionId: ConnectionId,
): PersonLine["manager"] {
  for (const field of ["manager", "managerEmail"] as const) {
    const text = reader.text(at, field);
    if (text !== undefined) return { field, text: ownWord(connectionId, text) };
  }
  return undefined;
}
