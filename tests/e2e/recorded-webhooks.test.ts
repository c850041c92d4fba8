import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { ConnectionId, factId } from "#shared/model/ids.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { type SmallHub, startSmallHub } from "./support/small-hub.ts";
import { until } from "./support/until.ts";

const Recorded = z.looseObject({ issue: z.looseObject({ id: z.string() }) });
const folder = specsPath("jira", "webhooks");

/** Deliveries recorded from Jiras of many years, most of them about projects that this site lacks. */
describe.skipIf(folder === undefined)("recorded Jira webhooks", () => {
  const files =
    folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".json"));
  let small: SmallHub;
  const accepted: string[] = [];

  beforeAll(async () => {
    small = await startSmallHub();
  }, 240_000);

  afterAll(async () => {
    await small.end();
  });

  test.each(files)("%s is taken, or refused with a reason", async (name) => {
    const body = readFileSync(join(folder ?? "", name), "utf8");
    const { headers } = small.tools.jira.sign(body);
    const response = await fetch(`${small.hub.url}/webhooks/jira/${small.ids.jira}`, {
      method: "POST",
      headers,
      body,
    });
    if (response.status === 202) accepted.push(name);
    // 200: an event of a kind that says nothing the hub keeps; 400: not an event at all.
    expect([200, 202, 400]).toContain(response.status);
    expect(await response.text()).toMatch(response.status === 400 ? /"message"/u : /^$/u);
  });

  test("each one taken is ingested or set aside with its reason, and the hub is healthy", async () => {
    expect(files.length).toBeGreaterThan(20);
    expect(accepted.length).toBeGreaterThan(10);
    await small.api.quiet();
    const { quarantine, quarantined, health, facts } = await small.api.connectionDetail(
      small.ids.jira,
    );
    expect(health).toBe("healthy");
    for (const { reason } of quarantine) expect(reason.length).toBeGreaterThan(10);
    const lost: string[] = [];
    // They are of long ago, and so read as they are now: under one of their ids the site has a goal.
    const isGoal = async (issueId: string) => {
      const id = factId("goal", "jira", ConnectionId.parse(small.ids.jira), issueId);
      const path = `/api/goals/${encodeURIComponent(id)}`;
      return (await small.api.request("GET", path)).status === 200;
    };
    for (const name of accepted) {
      const { issue } = Recorded.parse(JSON.parse(readFileSync(join(folder ?? "", name), "utf8")));
      const id = factId("work-item", "jira", ConnectionId.parse(small.ids.jira), issue.id);
      const { status, text } = await small.api.request(
        "GET",
        `/api/work-items/${encodeURIComponent(id)}`,
      );
      const isRemoved = status === 404 && text.includes("was removed at its source");
      const isSetAside = quarantine.some(({ record }) => record.includes(issue.id));
      if (status !== 200 && !isRemoved && !isSetAside && !(await isGoal(issue.id))) lost.push(name);
    }
    expect(lost).toEqual([]);
    expect(facts["work-item"]).toBeGreaterThan(5);
    const { queues } = await small.api.coverage();
    expect(queues.filter(({ dead, waiting }) => dead + waiting > 0)).toEqual([]);
    const functions = Object.entries(await small.api.functions());
    expect(functions.filter(([, { failures }]) => failures > 0)).toEqual([]);
    // Good ones are counted in the process and written now and then; rejected ones at once.
    if (quarantined > 0) {
      await until(
        "the rejected ones are counted",
        async () => (await small.api.deliveryCounts(small.ids.jira))["rejected"] === quarantined,
        { withinMs: 30_000, seen: () => small.api.deliveryCounts(small.ids.jira) },
      );
    }
    process.stderr.write(
      `recorded webhooks: ${files.length} files, ${accepted.length} taken, ${quarantined} set aside\n`,
    );
  });
});
