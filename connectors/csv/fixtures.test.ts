import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { AccountId, PersonId, connectionId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";

import { csvIntake } from "./intake.ts";

/** A hub that knows whoever and whatever a file names. */
const known = {
  connectionId: connectionId("0123456789"),
  today: CalendarDate.parse("2026-11-21"),
  people: (text: string) =>
    /^(?:bot|nobody)$/u.test(text) ? [] : [PersonId.parse(`csv:person:conn_0123456789:${text}`)],
  units: () => [],
  accounts: (_tool: string | undefined, text: string) => [
    AccountId.parse(`jira:account:conn_0123456789:${text}`),
  ],
};

test.each([
  ["people.csv", "people", 3],
  ["personal-deutsch.csv", "people", 2],
  ["teams.csv", "teams", 2],
  ["accounts.csv", "accounts", 2],
])("the sample %s is understood without a word", (name, kind, rows) => {
  const table = csvIntake.readTable(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
  const checked = csvIntake.check(kind, table, csvIntake.suggest(kind, table), known);
  expect([checked.problems, checked.rows]).toEqual([[], rows]);
});
