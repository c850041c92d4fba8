import { afterEach, describe, expect, test } from "vitest";

import { connectJira, type JiraWorld, nativeIdOf } from "./simulator/test-world.ts";

const worlds: JiraWorld[] = [];
afterEach(async () => {
  for (const { jira } of worlds.splice(0)) await jira.close();
});

/** A site that shows one issue a page, where tokens expire when the second page is asked for. */
async function forgetful(byConsent = false): Promise<JiraWorld> {
  const world = await connectJira({ byConsent, simulator: { pageRowsMax: 1 } });
  worlds.push(world);
  world.jira.faults.arm({ on: "cursor", kind: "expire", of: "page", times: 1, skip: 1 });
  return world;
}

describe("page tokens that expire in the middle of a reading", () => {
  test.each([
    ["by ids", false],
    ["in lanes", true],
  ])("%s end it as something that passes, and it goes on without loss", async (_way, byConsent) => {
    const { source, jira } = await forgetful(byConsent);
    const read = new Set<string>();
    let position: string | undefined;
    const pull = async () => {
      for await (const page of source.pull("issues", position)) {
        for (const change of page.changes) read.add(nativeIdOf(change));
        ({ position } = page);
      }
    };
    await expect(pull()).rejects.toMatchObject({ code: "connector.unavailable" });
    await pull();
    expect(jira.state.pageTokens.expiredMet).toBeGreaterThan(0);
    expect([...read].toSorted()).toEqual([...jira.state.issues.keys()].toSorted());
  });

  test("do not end an enumeration: it begins its list once more", async () => {
    const { source, jira } = await forgetful();
    const seen = new Set<string>();
    for await (const ids of source.enumerate("issues")) for (const id of ids) seen.add(id);
    expect(jira.state.pageTokens.expiredMet).toBe(1);
    expect(seen.size).toBe(jira.state.issues.size);
  });

  test("that expire again and again do end it, as something that passes", async () => {
    const { source, jira } = await forgetful();
    jira.faults.arm({ on: "cursor", kind: "expire", of: "page" });
    const enumerate = async () => {
      const seen = new Set<string>();
      for await (const ids of source.enumerate("issues")) for (const id of ids) seen.add(id);
    };
    await expect(enumerate()).rejects.toMatchObject({
      code: "connector.unavailable",
    });
  });
});
