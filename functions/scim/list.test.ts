import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { ScimRig, enterpriseUrn } from "../../tests/rig/scim-rig.ts";

let rig: ScimRig;
let ada: string;
let bob: string;
let engines: string;
beforeEach(async () => {
  rig = await ScimRig.start();
  ada = await rig.user("ada@x.example", {
    externalId: "E-1",
    displayName: "Ada",
    emails: [{ value: "Ada@x.example", type: "work", primary: true }],
    [enterpriseUrn]: { employeeNumber: "7", department: "Engines", manager: { value: "boss" } },
  });
  bob = await rig.user("bob@x.example", { active: false, displayName: "Bob", externalId: "e-1" });
  engines = await rig.group("Engines", [ada]);
  await rig.group("Looms");
});
afterEach(() => rig.close());

async function found(path: string, filter: string): Promise<readonly string[] | number> {
  const { status, body } = await rig.send("GET", `${path}?filter=${encodeURIComponent(filter)}`);
  if (status !== 200) return status;
  const resources = body?.["Resources"] as readonly { readonly id: string }[];
  expect(body?.["totalResults"]).toBe(resources.length);
  const names = resources.map(({ id }) => (id === ada ? "ada" : id === bob ? "bob" : "group"));
  return names.toSorted();
}

describe("a filter of users", () => {
  test.each([
    ['userName eq "ADA@X.example"', ["ada"]],
    ['USERNAME Eq "ada@x.example" AND active EQ true', ["ada"]],
    ['userName eq "ada@x.example" and active eq false', []],
    ['externalId eq "E-1"', ["ada"]],
    ['externalId eq "e-1"', ["bob"]],
    ['emails[type eq "work"].value eq "ada@x.example"', ["ada"]],
    ['emails.value eq "ADA@x.example"', ["ada"]],
    ['emails eq "ada@x.example"', ["ada"]],
    ['emails[type eq "work" and value co "@x"]', ["ada"]],
    ['displayName eq "bob"', ["bob"]],
    ["active eq false", ["bob"]],
    ['active eq "True"', ["ada"]],
    [`${enterpriseUrn}:department eq "engines"`, ["ada"]],
    [`${enterpriseUrn}:employeeNumber eq "7"`, ["ada"]],
    [`${enterpriseUrn}:manager.value eq "boss"`, ["ada"]],
    ['userName sw "ada" or userName sw "bob"', ["ada", "bob"]],
    ['not (userName sw "ada")', ["bob"]],
    ["emails pr", ["ada"]],
    ['nickName eq "Babs"', []],
    ['meta.created gt "2000-01-01T00:00:00Z"', ["ada", "bob"]],
    ['userName eq "nobody"', []],
    ['id eq "nobody"', []],
    ["userName", 400],
    ['userName eq "ada" and', 400],
    ['userName eq "ada") or (', 400],
    ["userName eq ada", 400],
    ["active gt true", 400],
    ["", 400],
    [`userName eq "${"x".repeat(3000)}"`, 400],
  ])("%s", async (filter, expected) => {
    expect(await found("/Users", filter)).toEqual(expected);
  });

  test("by id, and by a group of theirs", async () => {
    expect(await found("/Users", `id eq "${ada}"`)).toEqual(["ada"]);
    expect(await found("/Users", `groups.value eq "${engines}"`)).toEqual(["ada"]);
  });
});

describe("a filter of groups", () => {
  test("by name, by member, by both, as Entra asks", async () => {
    expect(await found("/Groups", 'displayName eq "ENGINES"')).toEqual(["group"]);
    expect(await found("/Groups", `members eq "${ada}"`)).toEqual(["group"]);
    expect(await found("/Groups", `id eq "${engines}" and members eq "${ada}"`)).toEqual(["group"]);
    expect(await found("/Groups", `id eq "${engines}" and members[value eq "${bob}"]`)).toEqual([]);
    expect(await found("/Groups", "displayName pr")).toEqual(["group", "group"]);
  });
});

describe("a page", () => {
  test.each([
    ["", { startIndex: 1, itemsPerPage: 2 }],
    ["?count=1", { startIndex: 1, itemsPerPage: 1 }],
    ["?startIndex=2&count=1", { startIndex: 2, itemsPerPage: 1 }],
    ["?startIndex=3", { startIndex: 3, itemsPerPage: 0 }],
    ["?count=0", { itemsPerPage: 0 }],
    ["?count=-5", { itemsPerPage: 0 }],
    ["?startIndex=-5&count=1", { startIndex: 1, itemsPerPage: 1 }],
    ["?startIndex=0", { startIndex: 1, itemsPerPage: 2 }],
    ["?count=999999999", { itemsPerPage: 2 }],
  ])("%s", async (query, expected) => {
    const { status, body } = await rig.send("GET", `/Users${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 2, ...expected });
    expect(body?.["Resources"]).toHaveLength(Number(body?.["itemsPerPage"]));
  });

  test("that is no number is refused", async () => {
    expect((await rig.send("GET", "/Users?count=many")).status).toBe(400);
    expect((await rig.send("GET", "/Users?startIndex=1.5")).status).toBe(400);
  });
});

describe("a selection of attributes", () => {
  const of = async (query: string) => (await rig.send("GET", `/Users/${ada}?${query}`)).body;

  test("gives what is asked for, and what is always there", async () => {
    expect(Object.keys((await of("attributes=USERNAME")) ?? {})).toEqual([
      "schemas",
      "id",
      "userName",
    ]);
    expect(await of("attributes=name,emails.value")).toMatchObject({
      emails: [{ value: "Ada@x.example" }],
    });
    expect(await of("attributes=emails.value,emails.type")).toMatchObject({
      emails: [{ value: "Ada@x.example", type: "work" }],
    });
    const enterprise = await of(`attributes=${enterpriseUrn}:department`);
    expect(enterprise?.[enterpriseUrn]).toEqual({ department: "Engines" });
    expect((await of("attributes=nobody")) ?? {}).toEqual({
      schemas: expect.anything() as unknown,
      id: ada,
    });
  });

  test("leaves out what is not wanted, but never the id", async () => {
    const left = await of(`excludedAttributes=id,emails.type,displayName,${enterpriseUrn}`);
    expect(left).toMatchObject({ id: ada, emails: [{ value: "Ada@x.example", primary: true }] });
    expect(left).not.toHaveProperty("displayName");
    expect(left).not.toHaveProperty([enterpriseUrn]);
  });
});
