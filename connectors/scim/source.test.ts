import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { PulledPage, Source } from "#shared/kit/connector.ts";
import { Change } from "#shared/model/change.ts";
import type { Upsert } from "#shared/model/change.ts";
import type { Person } from "#shared/model/facts.ts";
import { dayMs, minuteMs } from "#shared/model/time.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { ScimRig, enterpriseUrn, scimConnection, userUrn } from "../../tests/rig/scim-rig.ts";
import { ScimSettings } from "./settings.ts";
import { EntraDirectory, OktaDirectory } from "./simulator/identity-provider.ts";
import type { DirectoryPerson } from "./simulator/identity-provider.ts";
import { createScimSource } from "./source.ts";

let rig: ScimRig;
beforeEach(async () => {
  rig = await ScimRig.start();
});
afterEach(() => rig.close());

function open(settings: Partial<ScimSettings> = {}): Source {
  return createScimSource(
    sourceContext<ScimSettings>({
      connectionId: scimConnection,
      settings: ScimSettings.parse(settings),
      clock: rig.clock,
      kept: rig.kept,
    }),
  );
}

/** What the inbox's messages so far say, in their order. */
async function interpreted(source: Source): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const told of rig.announced.splice(0)) {
    const body = Buffer.from(JSON.stringify(told));
    const delivery = { headers: {}, query: {}, receivedAt: rig.clock.now(), body };
    const reading = await source.interpret(delivery);
    expect(reading.rejected).toEqual([]);
    changes.push(...reading.changes.map((change) => Change.parse(change)));
  }
  return changes;
}

function lastOf(changes: readonly Change[], id: string): Upsert {
  const found = changes.findLast(
    (change): change is Upsert => change.kind === "upserted" && change.record.id === id,
  );
  if (!found) throw new Error(`${id} is not among the changes`);
  return found;
}

const personId = (id: string) => `scim:person:${scimConnection}:${id}`;
const teamId = (id: string) => `scim:org-unit:${scimConnection}:group-${id}`;
const unitId = (path: string) => `scim:org-unit:${scimConnection}:${path}`;

const mary: DirectoryPerson = {
  externalId: "M-1",
  userName: "Mary@Directory.example",
  givenName: "Mary",
  familyName: "Somerville",
  division: "Science",
  department: "Optics",
};
const ada: DirectoryPerson = {
  externalId: "A-1",
  userName: "ada@directory.example",
  givenName: "Ada",
  familyName: "Lovelace",
  division: "Science",
  department: "Engines / 1",
  employeeNumber: "0042",
  userType: "External Consultant",
  city: "London",
  manager: "M-1",
};

describe.each([
  ["Entra", EntraDirectory],
  ["Okta", OktaDirectory],
])("a directory of %s", (_name, Directory) => {
  test("becomes people with their units and managers", async () => {
    const directory = new Directory(rig);
    await directory.assign(mary);
    await directory.assign(ada);
    const changes = await interpreted(open({ companyName: "Acme" }));
    expect(lastOf(changes, personId(directory.userId("A-1")))).toEqual({
      kind: "upserted",
      edges: [],
      record: {
        type: "person",
        id: personId(directory.userId("A-1")),
        connectionId: scimConnection,
        sourceVersion: rig.clock.nowMs(),
        readAt: rig.clock.now(),
        name: "Ada Lovelace",
        workEmail: "ada@directory.example",
        externalId: "A-1",
        employeeNumber: "0042",
        engagement: "contractor",
        managerId: personId(directory.userId("M-1")),
        unitId: unitId("/Science/Engines%20%2F%201"),
        location: "London",
        employmentStatus: "active",
      },
    });
    expect(lastOf(changes, unitId("/Science/Engines%20%2F%201")).record).toMatchObject({
      name: "Engines / 1",
      originalKind: "department",
      level: 2,
      parentId: unitId("/Science"),
    });
    expect(lastOf(changes, unitId("/")).record).toMatchObject({ name: "Acme", level: 0 });
  });

  test("deactivates people, who stay, and moves them", async () => {
    const directory = new Directory(rig);
    await directory.assign(mary);
    await interpreted(open());
    rig.clock.advance(minuteMs);
    await directory.update({ ...mary, department: "Looms" });
    await directory.deactivate("M-1");
    const { record } = lastOf(await interpreted(open()), personId(directory.userId("M-1")));
    expect(record).toMatchObject({
      employmentStatus: "inactive",
      unitId: unitId("/Science/Looms"),
      sourceVersion: rig.clock.nowMs(),
    });
  });

  test("makes teams of groups, whose members assert themselves, with days", async () => {
    const directory = new Directory(rig);
    await directory.assign(mary);
    await directory.assign(ada);
    await directory.push("team-payments", ["M-1", "A-1"]);
    await directory.push("all-staff", ["M-1", "A-1"]);
    const settings = { groupsAreTeams: true, teamGroups: ["TEAM-*"] };
    const changes = await interpreted(open(settings));
    const team = teamId(directory.groupId("team-payments"));
    expect(lastOf(changes, team).record).toMatchObject({
      name: "team-payments",
      isDeliveryTeam: true,
    });
    expect(() => lastOf(changes, teamId(directory.groupId("all-staff")))).toThrow("not among");
    const id = personId(directory.userId("M-1"));
    const from = { type: "membership", personId: id, unitId: team, validFrom: "2026-11-21" };
    expect(lastOf(changes, id).edges).toEqual([from]);
    rig.clock.advance(2 * dayMs);
    await directory.setMembers("team-payments", ["A-1"]);
    const after = await interpreted(open(settings));
    expect(lastOf(after, id).edges).toEqual([{ ...from, validTo: "2026-11-23" }]);
    // Nobody else's record is read again for it.
    expect(() => lastOf(after, personId(directory.userId("A-1"))).edges).toThrow("not among");
  });

  test("renames a group into a team and out of it again, its members with it", async () => {
    const directory = new Directory(rig);
    await directory.assign(mary);
    await directory.push("payments", ["M-1"]);
    const settings = { groupsAreTeams: true, teamGroups: ["team-*"] };
    const id = personId(directory.userId("M-1"));
    expect(lastOf(await interpreted(open(settings)), id).edges).toEqual([]);
    await directory.rename("payments", "team-payments");
    const team = teamId(directory.groupId("team-payments"));
    const became = await interpreted(open(settings));
    expect(lastOf(became, team).record).toMatchObject({ name: "team-payments" });
    expect(lastOf(became, id).edges).toMatchObject([{ unitId: team }]);
    rig.clock.advance(minuteMs);
    await directory.rename("team-payments", "payments");
    const ceased = await interpreted(open(settings));
    expect(ceased).toContainEqual({
      kind: "removed",
      id: team,
      sourceVersion: rig.clock.nowMs(),
      readAt: rig.clock.now(),
    });
    expect(lastOf(ceased, id).edges).toEqual([]);
  });

  test("dissolves a team with its group", async () => {
    const directory = new Directory(rig);
    await directory.assign(mary);
    await directory.push("looms", ["M-1"]);
    const team = teamId(directory.groupId("looms"));
    const source = open({ groupsAreTeams: true });
    await interpreted(source);
    await directory.removeGroup("looms");
    const changes = await interpreted(source);
    expect(changes).toContainEqual(expect.objectContaining({ kind: "removed", id: team }));
    expect(lastOf(changes, personId(directory.userId("M-1"))).edges).toEqual([]);
  });
});

test("a deleted user is a removed person", async () => {
  const directory = new EntraDirectory(rig);
  await directory.assign(mary);
  const id = personId(directory.userId("M-1"));
  rig.announced.splice(0);
  await directory.remove("M-1");
  expect(await interpreted(open())).toEqual([
    { kind: "removed", id, sourceVersion: rig.clock.nowMs(), readAt: rig.clock.now() },
  ]);
});

describe("a manager", () => {
  async function managerOf(value: string): Promise<Person["managerId"]> {
    const id = await rig.user("report@x.example", { [enterpriseUrn]: { manager: { value } } });
    rig.announced.splice(0);
    const { changes } = await open().readByIds("users", [personId(id) as Person["id"]]);
    const { record } = lastOf(changes, personId(id));
    return record.type === "person" ? record.managerId : undefined;
  }

  test.each(["BOSS@x.example", "E-9", "77", "boss.mail@x.example"])(
    "named as %s is found",
    async (named) => {
      const boss = await rig.user("boss@x.example", {
        externalId: "E-9",
        emails: [{ value: "boss.mail@x.example", type: "work" }],
        [enterpriseUrn]: { employeeNumber: "77" },
      });
      expect(await managerOf(named)).toBe(personId(boss));
    },
  );

  test("whom two could be is nobody, and so is one whom nobody knows", async () => {
    await rig.user("one@x.example", { externalId: "same" });
    await rig.user("two@x.example", { externalId: "same" });
    expect(await managerOf("same")).toBeUndefined();
    expect((await rig.send("DELETE", `/Users/${"0".repeat(24)}`)).status).toBe(404);
  });

  test("who comes after their reports is found by them then", async () => {
    const report = await rig.user("report@x.example", {
      [enterpriseUrn]: { manager: { value: "Boss@x.example" } },
    });
    await interpreted(open());
    const boss = await rig.user("boss@x.example");
    const { record } = lastOf(await interpreted(open()), personId(report));
    expect(record).toMatchObject({ managerId: personId(boss) });
  });
});

test.each([
  ["Contractor", "contractor"],
  ["external", "contractor"],
  ["Freelancer", "contractor"],
  ["Employee", "employee"],
  ["Internal", "employee"],
  ["Guest", undefined],
])("userType %s is engagement %s", async (userType, engagement) => {
  const id = await rig.user("somebody", { userType });
  const { record } = lastOf(await interpreted(open()), personId(id));
  expect(record.type === "person" && record.engagement).toBe(engagement);
});

test("of forty attributes only those of the allow-list are kept", async () => {
  const secret = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`attribute${index}`, `private-${index}`]),
  );
  await rig.user("ada@x.example", {
    ...secret,
    title: "private-title",
    nickName: "private-nick",
    phoneNumbers: [{ value: "private-phone" }],
    ims: [{ value: "private-im" }],
    photos: [{ value: "https://x.example/private-photo" }],
    birthday: "private-day",
    password: "private-password",
    locale: "private-locale",
    entitlements: [{ value: "private-right" }],
    addresses: [
      {
        type: "work",
        streetAddress: "private-street",
        postalCode: "private-code",
        locality: "London",
      },
    ],
    name: { honorificPrefix: "private-prefix", middleName: "private-middle", givenName: "Ada" },
    [enterpriseUrn]: { costCenter: "private-center", department: "Engines", salary: "private-pay" },
  });
  const kept = JSON.stringify((await rig.table.scan({ segment: 0, segments: 1 })).items);
  expect(kept).toContain("Engines");
  expect(kept).not.toContain("private-");
});

test("a kept record that cannot be understood is named, and is not gone", async () => {
  const id = "x".repeat(24);
  await rig.kept.put("users", { id, body: { resource: { userName: 7 } }, lookups: [] }, undefined);
  const source = open();
  const pages: PulledPage[] = [];
  for await (const page of source.pull("users", undefined)) pages.push(page);
  expect(pages[0]?.rejected).toMatchObject([{ record: `record ${id}`, id: personId(id) }]);
  expect([...(await source.confirm("users", [personId(id) as Person["id"]])).values()]).toEqual([
    "hidden",
  ]);
  const broken = await source.interpret({
    headers: {},
    query: {},
    receivedAt: rig.clock.now(),
    body: Buffer.from("{"),
  });
  expect(broken).toMatchObject({ changes: [], rejected: [{ record: "announcement" }] });
});

describe("setting up", () => {
  test("says what was sent so far", async () => {
    const source = open({ groupsAreTeams: true });
    const held = async () => (await source.probe()).requirements?.map(({ isHeld }) => isHeld);
    expect(await held()).toEqual([false, false]);
    await rig.user("ada");
    expect(await held()).toEqual([true, false]);
  });

  test("offers the groups that were sent, for choosing teams", async () => {
    await rig.group("looms");
    await rig.group("engines");
    expect((await open().discover?.())?.choices).toEqual([]);
    const found = await open({ groupsAreTeams: true }).discover?.();
    expect(found?.choices).toMatchObject([
      { field: "teamGroups", options: [{ value: "engines" }, { value: "looms" }] },
    ]);
  });
});

describe("a manager who is sent after those who report to them", () => {
  const reportingTo = (value: string) => ({ [enterpriseUrn]: { manager: { value } } });
  const managers = {
    userName: { userName: "boss@example.com" },
    externalId: { userName: "boss", externalId: "X-1" },
    employeeNumber: { userName: "boss", [enterpriseUrn]: { employeeNumber: "E-77" } },
    "an address": { userName: "boss", emails: [{ value: "Boss@Example.com", type: "work" }] },
  };

  test.each([
    ["userName", "boss@example.com"],
    ["externalId", "X-1"],
    ["employeeNumber", "E-77"],
    ["an address", "boss@example.com"],
  ] as const)("is found by %s, whether created so or changed later", async (by, named) => {
    const source = open();
    const report = await rig.user("report", reportingTo(named));
    const { userName, ...given } = managers[by];
    const created = await rig.user(userName, given);
    expect(lastOf(await interpreted(source), personId(report)).record).toMatchObject({
      managerId: personId(created),
    });
    await rig.send("DELETE", `/Users/${created}`);
    const changed = await rig.user("somebody");
    await interpreted(source);
    const resource = { schemas: [userUrn, enterpriseUrn], userName, ...given };
    await rig.send("PUT", `/Users/${changed}`, resource);
    expect(lastOf(await interpreted(source), personId(report)).record).toMatchObject({
      managerId: personId(changed),
    });
  });
});

test("a manager by whose name two users are known, each by another id, is nobody", async () => {
  await rig.user("x", { externalId: "1001" });
  await rig.user("y", { [enterpriseUrn]: { employeeNumber: "1001" } });
  const report = await rig.user("report", { [enterpriseUrn]: { manager: { value: "1001" } } });
  const { record } = lastOf(await interpreted(open()), personId(report));
  expect(record).not.toHaveProperty("managerId");
});
