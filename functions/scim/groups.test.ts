import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { dayMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";

import { ScimRig, groupUrn } from "../../tests/rig/scim-rig.ts";

let rig: ScimRig;
beforeEach(async () => {
  rig = await ScimRig.start();
});
afterEach(() => rig.close());

async function membersOf(id: string): Promise<readonly string[]> {
  const { body } = await rig.send("GET", `/Groups/${id}`);
  const members = body?.["members"] as readonly { readonly value: string }[];
  return members.map(({ value }) => value).toSorted();
}

async function rowsOf(userId: string): Promise<unknown> {
  return (await rig.kept.get("users", userId))?.body["memberships"];
}

describe("the members of a group", () => {
  test("come and go by name, by filter, all at once, and in one request", async () => {
    const [a, b, c] = [await rig.user("a"), await rig.user("b"), await rig.user("c")];
    const id = await rig.group("Looms");
    const path = `/Groups/${id}`;
    const values = (...ids: readonly string[]) => ids.map((value) => ({ value }));
    expect(
      (await rig.patch(path, { op: "Add", path: "members", value: values(a, b) })).status,
    ).toBe(204);
    expect(await membersOf(id)).toEqual([a, b].toSorted());
    await rig.patch(path, { op: "Remove", path: "members", value: values(a) });
    expect(await membersOf(id)).toEqual([b]);
    await rig.patch(
      path,
      { op: "remove", path: `members[value eq "${b}"]` },
      { op: "add", path: "members", value: values(c) },
    );
    expect(await membersOf(id)).toEqual([c]);
    await rig.patch(path, { op: "replace", path: "members", value: values(a, b) });
    expect(await membersOf(id)).toEqual([a, b].toSorted());
    await rig.patch(path, { op: "add", value: { members: values(c), displayName: "Looms II" } });
    expect(await membersOf(id)).toEqual([a, b, c].toSorted());
    await rig.patch(path, { op: "remove", path: `members[value eq "${a}" or value eq "${b}"]` });
    expect(await membersOf(id)).toEqual([c]);
    await rig.patch(path, { op: "remove", path: "members" });
    expect(await membersOf(id)).toEqual([]);
    await rig.send("PUT", path, {
      schemas: [groupUrn],
      displayName: "Looms",
      members: values(a, a),
    });
    expect(await membersOf(id)).toEqual([a]);
    await rig.send("PUT", path, { schemas: [groupUrn], displayName: "Looms" });
    expect(await membersOf(id)).toEqual([]);
  });

  test("are users that are known; a stranger changes nothing at all", async () => {
    const a = await rig.user("a");
    const id = await rig.group("Looms");
    for (const stranger of ["nobody", "0".repeat(24), id]) {
      const value = [{ value: a }, { value: stranger }];
      const { status, body } = await rig.patch(`/Groups/${id}`, {
        op: "add",
        path: "members",
        value,
      });
      expect([status, body?.["scimType"]]).toEqual([400, "invalidValue"]);
    }
    expect(await membersOf(id)).toEqual([]);
    // Who is not in it need not be taken out.
    expect(
      (await rig.patch(`/Groups/${id}`, { op: "remove", path: 'members[value eq "nobody"]' }))
        .status,
    ).toBe(204);
  });

  test("keep the days of what was, and a day that never held is none", async () => {
    const [a, b] = [await rig.user("a"), await rig.user("b")];
    const id = await rig.group("Looms", [a, b]);
    const without = (user: string) =>
      rig.patch(`/Groups/${id}`, { op: "remove", path: `members[value eq "${user}"]` });
    await without(b);
    expect(await rowsOf(b)).toEqual([]);
    rig.clock.advance(3 * dayMs);
    await without(a);
    expect(await rowsOf(a)).toEqual([{ group: id, from: "2026-11-21", to: "2026-11-24" }]);
    expect(await rig.kept.find("users", "group", id)).toEqual([]);
    await rig.patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value: a }] });
    expect(await rowsOf(a)).toEqual([{ group: id, from: "2026-11-21" }]);
    rig.clock.advance(dayMs);
    expect((await rig.send("DELETE", `/Groups/${id}`)).status).toBe(204);
    expect(await rowsOf(a)).toEqual([{ group: id, from: "2026-11-21", to: "2026-11-25" }]);
  });

  test("tell the inbox whose record to read again, and the version of the group changes", async () => {
    const a = await rig.user("a");
    const id = await rig.group("Looms");
    const version = async () => (await rig.send("GET", `/Groups/${id}`)).headers.get("etag");
    const before = await version();
    rig.announced.length = 0;
    await rig.patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value: a }] });
    expect(rig.announced).toEqual([
      { users: [], groups: [id] },
      { users: [a], groups: [] },
    ]);
    expect(await version()).not.toBe(before);
    rig.announced.length = 0;
    // Whether it counts as a team may hang on its name.
    await rig.patch(`/Groups/${id}`, { op: "replace", path: "displayName", value: "Looms II" });
    expect(rig.announced.flatMap(({ users }) => users)).toEqual([a]);
  });

  test("changed by many requests at once are all there in the end", async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, (_, at) => rig.user(`user-${at}`)));
    const id = await rig.group("Looms");
    const answers = await Promise.all(
      ids.map((value) =>
        rig.patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value }] }),
      ),
    );
    const failed = answers.filter(({ status }) => status !== 204);
    // Whoever is told to try again does.
    expect(failed.every(({ status }) => status === 503)).toBe(true);
    expect(await membersOf(id)).toEqual(ids.toSorted());
  });
});

test("one more of ten thousand members costs as much as the first", async () => {
  let writes = 0;
  const counting = (table: Table): Table => ({
    ...table,
    write: async (one) => {
      writes += 1;
      return table.write(one);
    },
    transact: async (all) => {
      writes += all.length;
      return table.transact(all);
    },
  });
  await rig.close();
  rig = await ScimRig.start(undefined, counting);
  const ids: string[] = [];
  for (let index = 0; index < 10_000; index += 1) {
    const id = `m${String(index).padStart(23, "0")}`;
    const body = { resource: { userName: id }, memberships: [] };
    await rig.kept.put("users", { id, body, lookups: [] }, undefined);
    ids.push(id);
  }
  const one = await rig.user("one-more");
  const costOf = async (group: string) => {
    const before = writes;
    await rig.patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: one }] });
    return writes - before;
  };
  const small = await costOf(await rig.group("Small"));
  const all = await rig.group("All", ids);
  expect(await membersOf(all)).toHaveLength(10_000);
  expect(await costOf(all)).toBe(small);
  expect(small).toBeLessThan(8);
  expect(await membersOf(all)).toHaveLength(10_001);
  expect(rig.announced.every(({ users }) => users.length <= 200)).toBe(true);
}, 120_000);
