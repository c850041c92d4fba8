import { describe, expect, test } from "vitest";

import type { Reading } from "#shared/kit/connector.ts";

import { id, pullAll, sourceOf } from "./simulator/connected-source.ts";
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
