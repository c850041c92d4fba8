import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { famousEpicTitle } from "./company.ts";
import { sampleConnections } from "./connect-sample.ts";
import { startSampleCompany } from "./start.ts";
import type { SampleCompany } from "./start.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sample-"));
  closers.push(async () => rmSync(folder, { recursive: true }));
  return folder;
}

async function start(dataDir: string, clock = new ManualClock("2026-11-21T08:00:00.000Z")) {
  const sample = await startSampleCompany({
    dataDir,
    seed: 5,
    pacePerMinute: 0,
    clock,
    logger: createSilentLogger(),
  });
  closers.push(() => sample.close());
  return sample;
}

/** A digest of what the tools hold, without the addresses, which differ between two companies. */
function contents({ jira, asana, bamboo }: SampleCompany): string {
  const parts = [
    [...jira.state.issues.values()],
    [...jira.state.links.values()],
    asana.state.toJson(),
    bamboo.state.toJson(),
  ];
  const text = JSON.stringify(parts).replace(/127\.0\.0\.1:\d+/gu, "here");
  // A digest: a difference of a megabyte of text helps nobody.
  return createHash("sha256").update(text).digest("hex");
}

function live({ life }: SampleCompany, clock: ManualClock, steps: number): void {
  for (let at = 0; at < steps; at += 1) {
    clock.advance(5000);
    life.step();
  }
}

describe("startSampleCompany", () => {
  test("each tool holds its part of the company", async () => {
    const { company, jira, asana, bamboo } = await start(newFolder());
    const items = (tool: string) => company.items.filter((item) => item.tool === tool).length;
    expect(bamboo.state.employees.size).toBe(150);
    // Initiatives are issues too.
    const initiatives = company.goals.filter((goal) => goal.tool === "jira").length;
    expect(jira.state.issues.size).toBe(items("jira") + initiatives);
    expect(asana.state.list("task")).toHaveLength(items("asana"));
    expect(asana.state.list("goal")).toHaveLength(company.goals.length - initiatives);
  });

  test("every initiative but one points at a goal that Asana shows at that address", async () => {
    const { jira } = await start(newFolder());
    const urls = [...jira.state.issues.values()]
      .filter((issue) => jira.state.typeOf(issue).hierarchyLevel === 2)
      .flatMap((issue) => Object.values(issue.custom).map(String));
    expect(urls).toHaveLength(12);
    for (const url of urls) expect((await fetch(url)).status).toBe(200);
  });

  test("blocking work in the other tool is found at the address in the field", async () => {
    const { jira, company } = await start(newFolder());
    const urls = [...jira.state.issues.values()].flatMap((issue) =>
      Object.values(issue.custom).filter(
        (value): value is string => typeof value === "string" && !value.includes("/goals/"),
      ),
    );
    expect(urls).toHaveLength(2);
    const titles = new Set(company.items.map(({ title }) => title));
    for (const url of urls) {
      const page = await (await fetch(url)).text();
      expect([...titles].some((title) => page.includes(title))).toBe(true);
    }
  });

  test("the connection bodies fit the settings of their connectors", async () => {
    const sample = await start(newFolder());
    const { bamboohr } = await import("#connectors/bamboohr/connector.ts");
    const { slack } = await import("#connectors/slack/connector.ts");
    const { jira } = await import("#connectors/jira/connector.ts");
    const { asana } = await import("#connectors/asana/connector.ts");
    const bodies = sampleConnections(sample);
    expect(bodies.map(({ connector }) => connector).toSorted()).toEqual([
      "asana",
      "bamboohr",
      "jira",
      "slack",
    ]);
    for (const { connector, settings } of bodies) {
      const known = [bamboohr, slack, jira, asana].find(({ name }) => name === connector);
      expect(known?.settings.safeParse(settings).error).toBeUndefined();
    }
  });

  test("a restart finds the tools where they were, with all that had happened", async () => {
    const folder = newFolder();
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const first = await start(folder, clock);
    live(first, clock, 120);
    const before = { contents: contents(first), tools: first.tools };
    await first.close();
    clock.advance(86_400_000);
    const second = await start(folder, clock);
    expect(second.tools).toEqual(before.tools);
    expect(contents(second)).toBe(before.contents);
  });

  test("a port that somebody took meanwhile is replaced by another", async () => {
    const folder = newFolder();
    const first = await start(folder);
    const { port } = first.bamboo;
    await first.close();
    const squatter = createServer();
    await new Promise<void>((resolve) => {
      squatter.listen(port, "127.0.0.1", () => resolve());
    });
    closers.push(() => new Promise((resolve) => squatter.close(resolve)));
    const second = await start(folder);
    expect(second.bamboo.port).not.toBe(port);
    expect(second.bamboo.state.employees.size).toBe(150);
  });
});

describe("life", () => {
  test("goes the same way for the same seed", async () => {
    const clocks = [1, 2].map(() => new ManualClock("2026-11-21T08:00:00.000Z"));
    const seen = [];
    for (const clock of clocks) {
      const sample = await start(newFolder(), clock);
      live(sample, clock, 150);
      seen.push(contents(sample));
    }
    expect(seen[0]).toBe(seen[1]);
  });

  test("changes something in every tool, and leaves the famous epic for people to link", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const sample = await start(newFolder(), clock);
    const { jira, asana, bamboo } = sample;
    const start0 = clock.now();
    live(sample, clock, 1500);
    const changed = {
      jira: [...jira.state.issues.values()].filter(({ updated }) => updated > start0).length,
      asana: asana.state.list("task").filter((task) => task.modified_at > start0).length,
      hr: [...bamboo.state.employees.values()].filter((e) => e.lastChanged > start0).length,
    };
    expect(changed.jira).toBeGreaterThan(200);
    expect(changed.asana).toBeGreaterThan(100);
    expect(changed.hr).toBeGreaterThan(3);
    const epics = [...jira.state.issues.values()].filter(
      (issue) => jira.state.typeOf(issue).hierarchyLevel === 1 && issue.parentId === undefined,
    );
    expect(epics.map(({ summary }) => summary)).toContain(famousEpicTitle);
    expect(epics.length).toBeLessThan(16);
  });

  test("stands still at pace 0 and stops at once at any other", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const sample = await start(newFolder(), clock);
    const before = contents(sample);
    const busyClock = new ManualClock("2026-11-21T08:00:00.000Z");
    const busy = await startSampleCompany({
      dataDir: newFolder(),
      seed: 5,
      pacePerMinute: 6000,
      clock: busyClock,
      logger: createSilentLogger(),
    });
    clock.advance(3_600_000);
    expect(contents(sample)).toBe(before);
    await busy.close();
    busyClock.advance(3_600_000);
    expect(contents(busy)).toBe(before);
  });
});
