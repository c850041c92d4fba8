import type { Account, OrgUnit, Person } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";
import { readOrgParts } from "#shared/store/org-parts.ts";
import { peopleConnection, upserted, workConnection } from "#shared/testing/facts.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";

/*
 * People and logins that no proof binds, one for each reason to suggest: two people of one name, a changed
 * address, an address of another domain, a login made of a name, a record of one human in two systems.
 */

const directory = connectionId("scim000001");

interface Someone {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly unit: OrgUnit | undefined;
  readonly more?: Partial<Person>;
}

export async function seedStrangers(hub: MemoryHub): Promise<void> {
  const now = hub.clock.now();
  await hub.connect(directory, { readyAt: now, freshAt: now, connector: "scim", name: "Okta" });
  const units = [...(await readOrgParts(hub.table)).units];
  const unit = (at: number) => units.filter(({ originalKind }) => originalKind === "team")[at];
  const day = (text: string) => CalendarDate.parse(text);
  const { person, account } = makers(hub);
  await hub.apply(
    person({
      id: "k1",
      name: "Anna Keller",
      email: "anna.keller@northquay.example",
      unit: unit(0),
    }),
    person({ id: "k2", name: "Anna Keller", email: "a.keller2@northquay.example", unit: unit(1) }),
    person({ id: "m1", name: "Maren Old", email: "maren.old@northquay.example", unit: unit(2) }),
    person({
      id: "y1",
      name: "Yusuf Arslan",
      email: "yusuf.arslan@northquay.example",
      unit: unit(1),
      more: { startOn: day("2024-05-01") },
    }),
  );
  hub.clock.advance(1000);
  await hub.apply(
    person({ id: "m1", name: "Maren Vogt", email: "maren.vogt@northquay.example", unit: unit(2) }),
    upserted({
      ...personOf(hub, {
        id: "y1",
        name: "Arslan, Yusuf",
        email: "y.arslan@northquay.io",
        unit: undefined,
      }),
      id: factId("person", "scim", directory, "y1"),
      connectionId: directory,
      startOn: day("2024-05-01"),
    }),
    account("k", "Anna Keller"),
    account("m", "maren.old", "maren.old@northquay.example"),
    account("y", "yarslan"),
    account("b", "Release Bot"),
  );
}

function makers(hub: MemoryHub) {
  return {
    person: (given: Someone) => upserted(personOf(hub, given)),
    account: (id: string, displayName: string, workEmail?: string) => {
      const login: Account = {
        type: "account",
        id: factId("account", "jira", workConnection, `stranger-${id}`),
        connectionId: workConnection,
        sourceVersion: hub.clock.nowMs(),
        readAt: hub.clock.now(),
        displayName,
        ...(workEmail !== undefined && { workEmail }),
        kind: "human",
        isActive: true,
      };
      return upserted(login);
    },
  };
}

function personOf(hub: MemoryHub, { id, name, email, unit, more }: Someone): Person {
  return {
    type: "person",
    id: factId("person", "bamboohr", peopleConnection, `stranger-${id}`),
    connectionId: peopleConnection,
    sourceVersion: hub.clock.nowMs(),
    readAt: hub.clock.now(),
    name,
    workEmail: email,
    ...(unit && { unitId: unit.id }),
    employmentStatus: "active",
    ...more,
  };
}
