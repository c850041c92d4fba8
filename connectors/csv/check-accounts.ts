import type {
  CheckedFile,
  FileLine,
  FileMapping,
  FileTable,
  Surroundings,
} from "#shared/kit/file-intake.ts";
import type { Exclusion } from "#shared/model/edges.ts";

import type { AccountRow } from "./file-rows.ts";
import { keptRow } from "./kept-row.ts";
import { LineReader } from "./line-reader.ts";
import { shownLines } from "./shown-lines.ts";

/** What stands where no person does. */
const exclusionWords: Readonly<Record<string, Exclusion>> = {
  bot: "bot",
  app: "bot",
  "shared-login": "shared-login",
  shared: "shared-login",
  "shared login": "shared-login",
  sammelkonto: "shared-login",
  outsider: "outsider",
  external: "outsider",
  guest: "outsider",
  nobody: "nobody",
  niemand: "nobody",
};

/** Checks a file that says whose accounts are whose. All of them must be known to the hub. */
export function checkAccounts(
  table: FileTable,
  mapping: FileMapping,
  known: Surroundings,
): CheckedFile {
  const reader = new LineReader(table, mapping);
  const rows = new Map<string, AccountRow>();
  const lines = new Map<string, FileLine>();
  for (const at of table.lines) {
    // Nothing is said of it: exports list all accounts, to be filled in where somebody knows.
    if (reader.raw(at, "person") === "") continue;
    const accountId = accountOf(reader, at, known);
    const owner = ownerOf(reader, at, known);
    if (accountId === undefined || owner === undefined) continue;
    const other = lines.get(accountId);
    if (other) {
      reader.refuse(
        at,
        "account",
        `stands in line ${other.line} already: an account has one owner`,
      );
      continue;
    }
    lines.set(accountId, at);
    rows.set(accountId, { key: accountId, accountId, ...owner });
  }
  return {
    shelves: { accounts: [...rows.values()].map(keptRow) },
    problems: reader.problems,
    shown: shownLines(reader, table.lines, ["tool", "account", "person"]),
    rows: rows.size,
  };
}

function accountOf(reader: LineReader, at: FileLine, known: Surroundings) {
  const text = reader.needed(at, "account");
  const tool = reader.text(at, "tool");
  if (text === undefined) return undefined;
  const accounts = known.accounts(tool, text);
  if (accounts.length === 1) return accounts[0];
  reader.refuse(
    at,
    "account",
    accounts.length > 1
      ? "is known in several tools: name the tool, or give the tool's own id of the account"
      : "is no account that the hub knows: give the tool's own id, or the work e-mail that the tool shows",
  );
  return undefined;
}

function ownerOf(
  reader: LineReader,
  at: FileLine,
  known: Surroundings,
): Pick<AccountRow, "personId" | "exclusion"> | undefined {
  const text = reader.needed(at, "person");
  if (text === undefined) return undefined;
  const people = known.people(text);
  const [personId] = people;
  if (personId !== undefined && people.length === 1) return { personId };
  const exclusion = exclusionWords[text.toLowerCase()];
  if (exclusion !== undefined && people.length === 0) return { exclusion };
  reader.refuse(
    at,
    "person",
    people.length > 1
      ? "may be several people: give an id or a work e-mail of one"
      : "is nobody whom the hub knows: give a work e-mail, employee number or id (a name is not enough), or bot, shared-login, outsider, nobody",
  );
  return undefined;
}
