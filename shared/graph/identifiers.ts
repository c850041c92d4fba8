import type { PersonId } from "#shared/model/ids.ts";

import type { People } from "./people.ts";

/** Ids and addresses, present and former, of a human's records and accounts. */
export function identifiersOf(people: People, personId: PersonId): readonly string[] {
  const human = people.canonical(personId);
  const records = [...people.records()].filter(({ id }) => people.canonical(id) === human);
  const accounts = [...people.accounts()].filter(({ id }) => people.personOf(id)?.id === human);
  const found = [
    personId,
    ...records.flatMap(({ id, workEmail, formerWorkEmails = [] }) => [
      id,
      workEmail,
      ...formerWorkEmails,
    ]),
    ...accounts.flatMap(({ id, workEmail }) => [id, workEmail]),
  ];
  return [...new Set(found.filter((text) => text !== undefined))];
}
