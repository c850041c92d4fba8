import { describe, expect, onTestFinished, test } from "vitest";

import type { Reading } from "#shared/kit/connector.ts";
import { startRelay } from "#shared/testing/connector-contract/relay.ts";

import { enumerateAll, id, pullAll, sourceOf } from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { world } from "./simulator/test-world.ts";

const [first = ""] = exampleSeed.workspaces.map(({ gid }) => gid);
const second = "1100000000000002";
const mover = "1200000000000008";
const seed = {
  ...exampleSeed,
  workspaces: [...exampleSeed.workspaces, { gid: second, name: "Acme Labs" }],
  users: [
    ...exampleSeed.users,
    { gid: mover, name: "Mo Ver", left: [first] },
    { gid: "1200000000000009", name: "Gus Half", guest_of: [second] },
  ],
};

const accountsIn = (readings: readonly Reading[]) =>
  new Map(
    readings.flatMap(({ changes }) =>
      changes.flatMap((change) =>
        change.kind === "upserted" && change.record.type === "account"
          ? [[change.record.id, change.record] as const]
          : [],
      ),
    ),
  );

describe.each([
  ["the one left first", [first, second]],
  ["the one left last", [second, first]],
])("users of two workspaces, %s", (_name, workspaces) => {
  test("are active and no guests where one of both says so, by list and by id", async () => {
    const { simulator, clock } = await world({ seed });
    const { source } = sourceOf({ baseUrl: simulator.apiUrl, workspaces }, clock);
    const ids = [mover, "1200000000000009", "1200000000000004"].map((gid) => id("account", gid));
    const expected = [
      { isActive: true, kind: "human" },
      { isActive: true, kind: "human" },
      { isActive: false, kind: "human" },
    ];
    const listed = accountsIn(await pullAll(source, "users"));
    expect(ids.map((each) => listed.get(each))).toMatchObject(expected);
    const read = accountsIn([await source.readByIds("users", ids)]);
    expect(ids.map((each) => read.get(each))).toMatchObject(expected);
  });
});

test("who left one workspace is active where the memberships of the other are not shown", async () => {
  const { simulator, clock } = await world({ seed });
  simulator.faults.arm({
    on: "request",
    kind: "status",
    status: 403,
    pathPrefix: `/api/1.0/workspaces/${second}/workspace_memberships`,
  });
  const workspaces = [first, second];
  const { source } = sourceOf({ baseUrl: simulator.apiUrl, workspaces }, clock);
  const read = await source.readByIds("users", [id("account", mover)]);
  expect(read.changes).toMatchObject([{ record: { isActive: true } }]);
});

test("memberships are asked for once a run, however many pages of users there are", async () => {
  const users = Array.from({ length: 450 }, (_, at) => ({
    gid: `12000000001${String(at).padStart(5, "0")}`,
    name: `User ${at}`,
  }));
  const { source, simulator } = await world({
    seed: { ...exampleSeed, users: [...exampleSeed.users, ...users] },
  });
  const pages = await pullAll(source, "users");
  expect(pages.length).toBeGreaterThan(4);
  const { endpoints } = simulator.statistics();
  expect(endpoints["GET /workspaces/{gid}/workspace_memberships"]).toBe(5);
});

test("who has a membership that cannot be read is set aside with the reason, and hides nobody else", async () => {
  const { simulator, clock } = await world({});
  const relay = await startRelay(new URL(simulator.apiUrl).origin);
  onTestFinished(() => relay.close());
  const { source } = sourceOf({ baseUrl: `${relay.url}/api/1.0` }, clock);
  const all = await enumerateAll(source, "users");
  const isRead = accountsIn(await pullAll(source, "users"));
  const [left, guest] = ["1200000000000004", "1200000000000005"];
  const odd: Readonly<Record<string, object>> = {
    [left]: { is_active: "no" },
    [guest]: { user: null },
  };
  relay.meddle(({ path }, body) => {
    const { data } = body as { data: { user: { gid: string } }[] };
    if (!path.endsWith("/workspace_memberships")) return body;
    return { ...(body as object), data: data.map((one) => ({ ...one, ...odd[one.user.gid] })) };
  });
  const rejected = [
    {
      record: `user ${guest}`,
      reason: "a membership that names nobody may be theirs",
      id: id("account", guest),
    },
    {
      record: `user ${left}`,
      reason: "membership: is_active: invalid_type",
      id: id("account", left),
    },
    { record: `a membership of ${first}`, reason: "user: invalid_type" },
  ];
  const pages = await pullAll(source, "users");
  expect(pages.flatMap((page) => page.rejected)).toEqual(rejected);
  const others = [...isRead.keys()].filter((each) => !rejected.some((one) => one.id === each));
  expect([...accountsIn(pages).keys()].toSorted()).toEqual(others.toSorted());
  expect(await enumerateAll(source, "users")).toEqual(all);
  const ids = [left, guest].map((gid) => id("account", gid));
  expect(await source.readByIds("users", ids)).toEqual({
    changes: [],
    rejected: [rejected[1], rejected[0]],
  });
});

test("a listed user without an id hides nobody else from an enumeration", async () => {
  const { simulator, clock } = await world({});
  const relay = await startRelay(new URL(simulator.apiUrl).origin);
  onTestFinished(() => relay.close());
  const { source } = sourceOf({ baseUrl: `${relay.url}/api/1.0` }, clock);
  const all = await enumerateAll(source, "users");
  relay.meddle(({ path }, body) => {
    const { data } = body as { data: object[] };
    if (!path.endsWith("/users")) return body;
    return {
      ...(body as object),
      data: data.map((one, at) => (at === 0 ? { ...one, gid: 7 } : one)),
    };
  });
  expect(await enumerateAll(source, "users")).toHaveLength(all.length - 1);
});
