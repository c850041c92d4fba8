import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { connectSample } from "#infra/local/sample/connect-sample.ts";
import { type SampleCompany, startSampleCompany } from "#infra/local/sample/start.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { HubApi } from "./support/hub-api.ts";
import { freePort, HubProcess } from "./support/hub-process.ts";
import { differences, itemsOfAsana, itemsOfHub, itemsOfJira } from "./support/source-items.ts";
import { temporaryDir } from "./support/temporary-dir.ts";
import { toldIn } from "./support/told.ts";
import { startTraffic } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/**
 * Vendors wait minutes before they send again; here seconds. Asana gives up after some 18 minutes, which
 * is half a minute here: longer than a start takes on a busy machine.
 */
const timeScale = 0.03;
/** Eight requests at once, two pages each, and the one in hand. */
const readAheadMax = 17;
/** How far the reading of issues has come when the hub is killed. */
const killedAtRecords = [1, 500, 1200];
/**
 * A killed run may have said that it registers a webhook, or that it tells people: for up to a minute
 * nobody takes that up. So messages may wait for a minute after the last start; the rest is work.
 */
const quietAfterKillMs = 60_000 + 60_000;
/** Counts requests without doing anything to them. */
const neverHits = 1_000_000;

describe("kill -9", () => {
  let company: SampleCompany;
  let directories: Awaited<ReturnType<typeof temporaryDir>>[];
  let hub: HubProcess;
  let api: HubApi;
  let port: number;
  let contentReads: () => number;

  beforeAll(async () => {
    directories = [await temporaryDir(), await temporaryDir()];
    company = await startSampleCompany({
      dataDir: directories[0]?.path ?? "",
      seed: 1,
      pacePerMinute: 0,
      clock: wallClock,
      logger: createSilentLogger(),
      timeScale,
    });
    port = await freePort();
    hub = await startHub();
    api = new HubApi(hub.url);
  }, 120_000);

  afterAll(async () => {
    await hub.end();
    await company.close();
    for (const directory of directories) await directory.remove();
  });

  const startHub = () =>
    HubProcess.start({ dataDir: directories[1]?.path ?? "", port, args: ["--no-sample"] });

  async function killAndRestart(): Promise<void> {
    await hub.kill();
    hub = await startHub();
  }

  /** How many records of the two large collections are read, by what their cursors say. */
  async function recordsRead() {
    const connections = await api.connections();
    const read = (connector: string, name: string) =>
      connections
        .find((one) => one.connector === connector)
        ?.collections.find((one) => one.name === name)?.recordsRead ?? 0;
    return { issues: read("jira", "issues"), tasks: read("asana", "tasks") };
  }

  test("during backfill: reading goes on from where it stood, and ends complete", async () => {
    const { faults } = company.jira;
    // Content comes by id, a hundred issues at a time.
    const pathPrefix = "/rest/api/3/issue/bulkfetch";
    const counter = faults.arm({ on: "request", kind: "reset", pathPrefix, skip: neverHits });
    contentReads = () => faults.list().find(({ id }) => id === counter)?.matched ?? 0;
    faults.arm({ on: "request", kind: "slow", pathPrefix, delayMs: 200 });
    const pages = Math.ceil(company.jira.state.issues.size / 100);
    await connectSample({ hubUrl: hub.url, company });

    for (const records of killedAtRecords) {
      await until(
        `${records} issues are read`,
        async () => (await recordsRead()).issues >= records,
        { withinMs: 60_000, everyMs: 20, seen: () => api.connections() },
      );
      const before = await recordsRead();
      await killAndRestart();
      const after = await recordsRead();
      expect(after.issues).toBeGreaterThanOrEqual(before.issues);
      expect(after.tasks).toBeGreaterThanOrEqual(before.tasks);
    }
    await until(
      "all is read",
      async () => (await api.connections()).every(({ isReady }) => isReady),
      { withinMs: 90_000, everyMs: 200, seen: () => api.connections() },
    );

    // No page counted twice; and of those stored before a kill none but the last was asked for again:
    // what repeats is what was being read ahead.
    expect((await recordsRead()).issues).toBe(company.jira.state.issues.size);
    expect(contentReads()).toBeGreaterThanOrEqual(pages);
    expect(contentReads()).toBeLessThanOrEqual(pages + readAheadMax * killedAtRecords.length);
    note(`${pages} pages of issues took ${contentReads()} reads, with 3 kills`);
    faults.clear();
    await api.quiet(quietAfterKillMs);
    await expectAgreement();
    expect((await api.connection("bamboohr")).facts.person).toBe(
      company.bamboo.state.employees.size,
    );
    for (const { quarantined, health } of await api.connections()) {
      expect([quarantined, health]).toEqual([0, "healthy"]);
    }
    // Registering goes on beside reading, and was cut off as often.
    const unregistered = async () =>
      (await api.connections()).flatMap(({ subscriptions }) =>
        subscriptions.filter(({ state }) => state !== "active"),
      );
    expect(await unregistered()).toEqual([]);
  }, 300_000);

  test("during live traffic: nothing acknowledged is lost, and nothing is told twice", async () => {
    const traffic = startTraffic(company);
    await traffic.steps(75);
    await killAndRestart();
    await traffic.steps(75);
    await hub.kill();
    removeSomeIssues(company);
    await traffic.steps(25);
    hub = await startHub();
    await traffic.steps(75);
    expect(await traffic.stop()).toBeGreaterThan(250);

    const undelivered = () => sentBy(company).filter(({ state }) => state !== "delivered");
    await until("every delivery is acknowledged", () => undelivered().length === 0, {
      withinMs: 60_000,
      seen: undelivered,
    });
    const sent = sentBy(company);
    const retried = sent.filter(({ attempts }) => attempts.length > 1).length;
    note(`${sent.length} deliveries, ${retried} of them sent again, with 2 kills`);
    expect(retried).toBeGreaterThan(0);
    await api.quiet(quietAfterKillMs);
    // Before any poll or reconcile could mend it: what was acknowledged is what is known.
    await expectAgreement();
    expect((await api.coverage()).queues.filter(({ dead }) => dead > 0)).toEqual([]);
  }, 300_000);

  test("afterwards: one alert a subject, none without its signal, at most one message repeated", async () => {
    const alerts = await api.alerts({ status: "all" });
    const subjects = alerts.map(({ rule, subjectId }) => `${rule} ${subjectId}`);
    expect(new Set(subjects).size).toBe(subjects.length);
    const standing = (await api.alerts()).map(({ signalId }) => signalId);
    expect(new Set(standing)).toEqual(new Set(await api.openSignalIds()));

    const told = toldIn(company.slack.messages());
    const details = await Promise.all(alerts.map(({ id }) => api.alert(id)));
    let repeated = 0;
    for (const { id, history } of details.filter((one) => one !== undefined)) {
      const to = history.map((step) => step.to);
      const counts = told.get(id) ?? { opened: 0, resolved: 0 };
      for (const [reason, status] of [
        ["opened", "open"],
        ["resolved", "resolved"],
      ] as const) {
        const more = counts[reason] - to.filter((each) => each === status).length;
        // A kill between sending and recording that it was sent: the one repeat that cannot be avoided.
        expect(more).toBeLessThanOrEqual(1);
        repeated += Math.max(0, more);
      }
    }
    // Two kills while people were being told; notices go out a handful at a time.
    expect(repeated).toBeLessThanOrEqual(4);
    expect(alerts.filter(({ generation }) => generation > 1).length).toBeGreaterThan(0);
    const messages = company.slack.messages().length;
    note(`${alerts.length} alerts, ${messages} messages, ${repeated} of them repeated`);
  }, 120_000);

  test("a reconcile finds nothing to mend", async () => {
    for (const { id, reads } of await api.connections()) {
      if (reads) await api.post(`/api/connections/${id}/reconcile`);
    }
    await api.quiet();
    await expectAgreement();
  }, 180_000);

  /** The hub's work equals the tools', title by title, status by status, ancestor by ancestor. */
  async function expectAgreement(): Promise<void> {
    const [jiraId, asanaId] = [
      (await api.connection("jira")).id,
      (await api.connection("asana")).id,
    ];
    const held = await itemsOfHub(api);
    const inTools = [
      ...itemsOfJira(company.jira.state, jiraId),
      ...itemsOfAsana(company.asana.state, asanaId),
    ];
    expect(inTools.length).toBeGreaterThan(3000);
    expect(differences(new Map(inTools), held)).toEqual([]);
  }
});

/** All webhooks. Handshakes that a kill cut short were made anew, and are not of these. */
function sentBy({ jira, asana, bamboo }: SampleCompany) {
  const all = [...jira.sender.deliveries(), ...asana.deliveries(), ...bamboo.deliveries()];
  return all.filter(({ event }) => event !== "handshake");
}

function note(text: string): void {
  process.stderr.write(`kill -9: ${text}\n`);
}

/** Deleted while the hub is away: their tombstones must arrive all the same. */
function removeSomeIssues({ jira }: SampleCompany): void {
  const { state } = jira;
  const leaves = [...state.issues.values()].filter(
    (issue) => state.typeOf(issue).hierarchyLevel === 0 && state.childrenOf(issue.id).length === 0,
  );
  for (const { key } of leaves.slice(0, 3)) jira.perform({ kind: "deleteIssue", key });
}
