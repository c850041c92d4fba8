import { afterEach, describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";

import {
  connectedSource,
  type ConnectedSource,
  enumerateAll,
  idsOf,
  pullAll,
} from "./simulator/connected-source.ts";

const worlds: ConnectedSource[] = [];
afterEach(async () => {
  for (const { simulator } of worlds.splice(0)) await simulator.close();
});

const collections = ["users", "projects", "goals", "tasks"];

/** The code of a failure that is ours; any other is thrown on. */
function codeOf(error: unknown): string {
  if (error instanceof HubError) return error.code;
  throw error;
}

async function world(): Promise<ConnectedSource> {
  const connected = await connectedSource({ pageRowsMax: 1 });
  worlds.push(connected);
  return connected;
}

describe("an offset that expires while a list is read", () => {
  test.each(collections)("of %s costs one more try, never the place of the run", async (name) => {
    const { source, simulator } = await world();
    const all = idsOf(await pullAll(source, name));
    for (let skip = 0; skip < 25; skip += 1) {
      simulator.faults.clear();
      simulator.faults.arm({ on: "cursor", kind: "expire", of: "page", times: 1, skip });
      const end = await pullAll(source, name).then(idsOf, codeOf);
      expect([all, "connector.unavailable"]).toContainEqual(end);
    }
    expect(simulator.state.offsets.expiredMet).toBeGreaterThan(0);
  });

  test.each(collections)("of all ids of %s is something that passes", async (name) => {
    const { source, simulator } = await world();
    const all = await enumerateAll(source, name);
    simulator.faults.arm({ on: "cursor", kind: "expire", of: "page", times: 1 });
    await expect(enumerateAll(source, name)).rejects.toMatchObject({
      code: "connector.unavailable",
    });
    expect(await enumerateAll(source, name)).toEqual(all);
  });
});
