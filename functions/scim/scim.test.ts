import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { rememberErased } from "#shared/store/erasures.ts";
import { scanAll } from "#shared/store/list.ts";
import { keepSendingToken, revokeSendingToken } from "#shared/store/sending-tokens.ts";

import {
  ScimRig,
  enterpriseUrn,
  groupUrn,
  patchUrn,
  scimConnection,
  userUrn,
} from "../../tests/rig/scim-rig.ts";

let rig: ScimRig;
beforeEach(async () => {
  rig = await ScimRig.start();
});
afterEach(() => rig.close());

const ada = {
  schemas: [userUrn, enterpriseUrn],
  userName: "Ada@Example.com",
  externalId: "E-1",
  name: { givenName: "Ada", familyName: "Lovelace" },
  displayName: "Ada Lovelace",
  emails: [{ value: "ada@example.com", type: "work", primary: true }],
  active: true,
  [enterpriseUrn]: { employeeNumber: "7", department: "Engines" },
};

describe("a user", () => {
  test("is answered with its place, its version and what the hub keeps, and nothing else", async () => {
    const sent = { ...ada, nickName: "Enchantress", title: "Countess", password: "x", id: "mine" };
    const { status, body, headers } = await rig.send("POST", "/Users", sent);
    expect(status).toBe(201);
    const id = String(body?.["id"]);
    expect(id).not.toBe("mine");
    const location = `https://hub.test/scim/v2/Users/${id}`;
    expect(headers.get("location")).toBe(location);
    expect(headers.get("content-type")).toBe("application/scim+json");
    expect(headers.get("etag")).toBe('W/"1"');
    expect(body).toEqual({
      ...ada,
      id,
      groups: [],
      meta: {
        resourceType: "User",
        created: rig.clock.now(),
        lastModified: rig.clock.now(),
        location,
        version: 'W/"1"',
      },
    });
    expect((await rig.send("GET", `/Users/${id}`)).body).toEqual(body);
  });

  test("is in the table and in the inbox before it is acknowledged", async () => {
    const id = await rig.user("ada");
    expect(rig.announced).toEqual([{ users: [id], groups: [] }]);
    expect((await rig.kept.get("users", id))?.body["resource"]).toMatchObject({ userName: "ada" });
    rig.isInboxDown = true;
    const refused = await rig.patch(`/Users/${id}`, {
      op: "replace",
      path: "active",
      value: false,
    });
    expect(refused.status).toBe(503);
    rig.isInboxDown = false;
    // Tried again, it changes nothing any more, and is told all the same.
    await rig.patch(`/Users/${id}`, { op: "replace", path: "active", value: false });
    expect(rig.announced).toHaveLength(2);
  });

  test("of a name that another one has, in whatever case, is refused", async () => {
    await rig.user("ada@example.com");
    const { status, body } = await rig.send("POST", "/Users", {
      ...ada,
      userName: "ADA@example.com",
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({ status: "409", scimType: "uniqueness" });
    const other = await rig.user("bob");
    const renamed = { op: "replace", path: "userName", value: "Ada@Example.com" };
    expect((await rig.patch(`/Users/${other}`, renamed)).status).toBe(409);
    expect((await rig.send("PUT", `/Users/${other}`, ada)).status).toBe(409);
    // Its own name in another case is no second one.
    expect(
      (await rig.patch(`/Users/${other}`, { op: "replace", path: "userName", value: "BOB" }))
        .status,
    ).toBe(200);
  });

  test("of as many addresses as are taken can exchange all of them, and go", async () => {
    const addresses = (of: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ value: `${of}${n}@example.com`, type: "work" }));
    const sent = (of: string, count: number) => ({
      ...ada,
      userName: of,
      externalId: of,
      emails: addresses(of, count),
      [enterpriseUrn]: { employeeNumber: of, manager: { value: of } },
    });
    const most = 40;
    expect((await rig.send("POST", "/Users", sent("a", most + 1))).status).toBe(400);
    const created = await rig.send("POST", "/Users", sent("a", most));
    const id = String(created.body?.["id"]);
    expect((await rig.send("PUT", `/Users/${id}`, sent("b", most))).status).toBe(200);
    for (let n = 0; n < 50; n += 1) await rig.group(`Group ${n}`, [id]);
    expect((await rig.send("DELETE", `/Users/${id}`)).status).toBe(204);
  });

  test("that was disabled stays readable and can be found", async () => {
    const id = await rig.user("ada");
    await rig.patch(`/Users/${id}`, { op: "Replace", path: "active", value: "False" });
    expect((await rig.send("GET", `/Users/${id}`)).body).toMatchObject({ active: false });
    const found = await rig.send(
      "GET",
      `/Users?filter=${encodeURIComponent('userName eq "ada" and active eq false')}`,
    );
    expect(found.body).toMatchObject({ totalResults: 1 });
  });

  test("that was deleted is gone from everything", async () => {
    const id = await rig.user("ada");
    const group = await rig.group("Engines", [id]);
    expect((await rig.send("DELETE", `/Users/${id}`)).status).toBe(204);
    expect((await rig.send("GET", `/Users/${id}`)).status).toBe(404);
    expect((await rig.send("DELETE", `/Users/${id}`)).status).toBe(404);
    expect((await rig.send("GET", `/Groups/${group}`)).body).toMatchObject({ members: [] });
    await rig.user("ada");
  });

  test("in hundreds of groups can be deleted", async () => {
    const id = await rig.user("ada");
    for (let index = 0; index < 120; index += 1) await rig.group(`Group ${index}`, [id]);
    expect((await rig.send("DELETE", `/Users/${id}`)).status).toBe(204);
    expect(await rig.kept.find("users", "group", "anything")).toEqual([]);
  }, 20_000);

  test("is replaced whole by PUT, apart from its groups", async () => {
    const id = await rig.user("ada", { displayName: "Ada", emails: [{ value: "a@b.example" }] });
    const group = await rig.group("Engines", [id]);
    const { body } = await rig.send("PUT", `/Users/${id}`, {
      schemas: [userUrn],
      userName: "ada",
      groups: [],
    });
    expect(body).not.toHaveProperty("displayName");
    expect(body).toMatchObject({
      userName: "ada",
      active: true,
      groups: [{ value: group, display: "Engines" }],
    });
  });

  test("of an older version than stands here is not overwritten", async () => {
    const id = await rig.user("ada");
    const first = { "if-match": 'W/"1"' };
    expect((await rig.send("PUT", `/Users/${id}`, ada, first)).status).toBe(200);
    expect((await rig.send("PUT", `/Users/${id}`, ada, first)).status).toBe(412);
    expect((await rig.send("DELETE", `/Users/${id}`, undefined, first)).status).toBe(412);
    expect((await rig.send("PUT", `/Users/${id}`, ada, { "if-match": "*" })).status).toBe(200);
    const known = await rig.send("GET", `/Users/${id}`, undefined, { "if-none-match": 'W/"2"' });
    expect(known.status).toBe(304);
  });

  test.each([
    ["without schemas", { userName: "x" }, "invalidSyntax"],
    ["without a userName", { schemas: [userUrn] }, "invalidValue"],
    ["with an empty userName", { schemas: [userUrn], userName: " " }, "invalidValue"],
    ["with a list for a text", { schemas: [userUrn], userName: ["x"] }, "invalidValue"],
    [
      "with a word for a truth",
      { schemas: [userUrn], userName: "x", active: "maybe" },
      "invalidValue",
    ],
    ["with a text for a name", { schemas: [userUrn], userName: "x", name: "Ada" }, "invalidValue"],
    ["with an endless text", { schemas: [userUrn], userName: "x".repeat(5000) }, "invalidValue"],
    ["that is a list", [], "invalidSyntax"],
    ["that is no JSON", "{", "invalidSyntax"],
  ])("%s is refused with its reason", async (_what, sent, scimType) => {
    const { status, body } = await rig.send("POST", "/Users", sent);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: "400", scimType });
    expect(rig.announced).toEqual([]);
  });

  test("that works from home keeps its home to itself", async () => {
    const id = await rig.user("ada", {
      emails: [
        { value: "ada@home.example", type: "home" },
        { value: "ada@work.example", type: "Work" },
      ],
      addresses: [
        { type: "home", locality: "Ockham" },
        { type: "work", locality: "London", streetAddress: "12 St James's Square" },
      ],
    });
    const stored = JSON.stringify(await rig.kept.get("users", id));
    expect(stored).not.toMatch(/home|Ockham|James/u);
    expect(stored).toMatch(/ada@work.example.*London|London.*ada@work.example/u);
  });
});

describe("somebody who was erased", () => {
  test.each([
    ["by their userName", { userName: "Ada@Work.example" }],
    ["by their address", { userName: "a7", emails: [{ value: "ADA@work.example", type: "work" }] }],
  ])("stays out, and is not kept: known %s", async (_what, given) => {
    await rememberErased(rig.table, ["ada@work.example"], rig.clock.now());
    const sent = { schemas: [userUrn], ...given };
    expect((await rig.send("POST", "/Users", sent)).status).toBe(403);
    const other = await rig.user("other");
    expect((await rig.send("PUT", `/Users/${other}`, sent)).status).toBe(403);
    const operations = { op: "replace", value: given };
    expect((await rig.patch(`/Users/${other}`, operations)).status).toBe(403);
    expect(JSON.stringify(await scanAll(rig.table))).not.toMatch(/ada@work/iu);
  });
});

describe("a token", () => {
  test("lets in, beside others, until it is revoked", async () => {
    const second = "another-token";
    await keepSendingToken(rig, { connectionId: scimConnection, id: "second", token: second });
    const as = (token: string) =>
      rig.send("GET", "/Users?count=0", undefined, { authorization: `Bearer ${token}` });
    expect((await as(second)).status).toBe(200);
    expect((await as(rig.token)).status).toBe(200);
    await revokeSendingToken(rig.table, scimConnection, "first");
    const refused = await as(rig.token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer/u);
    expect(refused.body).toMatchObject({ status: "401" });
    expect((await as(second)).status).toBe(200);
  });

  test.each(["", "Bearer", "Bearer x", "Basic x", `Bearer ${"x".repeat(5000)}`])(
    "%j opens nothing",
    async (authorization) => {
      const answer = await rig.send("GET", "/ServiceProviderConfig", undefined, { authorization });
      expect(answer.status).toBe(401);
    },
  );
});

describe("a request", () => {
  test.each([
    ["GET", "/Nothing", 404],
    ["GET", "/Users/a/b", 404],
    ["GET", `/Users/${"x".repeat(3000)}`, 404],
    ["GET", "/Me", 501],
    ["POST", "/Bulk", 501],
    ["DELETE", "/Users", 405],
    ["POST", "/Schemas", 405],
    ["GET", "/Schemas?filter=id%20pr", 403],
    ["GET", "/Schemas/urn:nobody", 404],
    ["GET", "", 404],
  ])("%s %s is answered %i in the protocol's own words", async (method, path, status) => {
    const answer = await rig.send(method, path, method === "POST" ? {} : undefined);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: String(status),
    });
  });

  test("of another media type is refused, plain JSON is not", async () => {
    const as = (type: string) => rig.send("POST", "/Users", ada, { "content-type": type });
    expect((await as("text/xml")).status).toBe(415);
    expect((await as("application/json; charset=utf-8")).status).toBe(201);
  });

  test("that is too large is refused", async () => {
    const { status } = await rig.send("POST", "/Users", {
      ...ada,
      nickName: "x".repeat(4_000_001),
    });
    expect(status).toBe(413);
  });

  test("for a search by POST is answered as one by GET", async () => {
    await rig.user("ada");
    const urn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
    const query = {
      schemas: [urn],
      filter: 'userName eq "ADA"',
      attributes: ["userName"],
      count: 5,
    };
    const { status, body } = await rig.send("POST", "/Users/.search", query);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ userName: "ada" }] });
    await rig.user("bob");
    await rig.group("ada");
    const all = async (given: object) =>
      (await rig.send("POST", "/.search", { schemas: [urn], ...given })).body;
    expect(await all({ filter: 'userName eq "ada" or displayName eq "ada"' })).toMatchObject({
      totalResults: 2,
      Resources: [{ userName: "ada" }, { displayName: "ada" }],
    });
    expect(await all({ startIndex: 2, count: 5 })).toMatchObject({
      totalResults: 3,
      itemsPerPage: 2,
    });
    expect(await all({ startIndex: 3, count: 1 })).toMatchObject({
      Resources: [{ displayName: "ada" }],
    });
  });
});

test("nothing about people is logged", async () => {
  const id = await rig.user("ada@example.com", { displayName: "Ada Lovelace" });
  await rig.send("POST", "/Users", { schemas: [userUrn], userName: "ada@example.com" });
  await rig.patch(`/Users/${id}`, { op: "replace", path: "name", value: "Lovelace" });
  await rig.send("PATCH", `/Users/${id}`, { schemas: [patchUrn], Operations: "Lovelace" });
  await rig.send("POST", "/Groups", {
    schemas: [groupUrn],
    displayName: "Lovelace",
    members: [{ value: "Lovelace" }],
  });
  expect(JSON.stringify(rig.logs)).not.toMatch(/ada|lovelace/iu);
});
