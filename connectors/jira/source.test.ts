import { afterEach, describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { PulledPage, Source } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { ConnectionId, type FactId, factId, type FactType, readFactId } from "#shared/model/ids.ts";
import { hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraSettings } from "./settings.ts";
import type { JiraSeedInput } from "./simulator/seed.ts";
import { startJiraSimulator } from "./simulator/server.ts";
import { smallSite } from "./simulator/small-site.ts";
import { createJiraSource } from "./source.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const id = (type: FactType, native: string): FactId => factId(type, "jira", connectionId, native);
const asanaGoal = factId("goal", "asana", connectionId, "123");

async function connect(settings: Partial<JiraSettings> = {}, seed: JiraSeedInput = smallSite) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const jira = await startJiraSimulator({ seed, clock, burstFactor: 100 });
  cleanups.push(() => jira.close());
  const parsed = JiraSettings.parse({
    baseUrl: jira.url,
    email: "hub@acme.example",
    apiToken: "token-of-the-hub",
    goalTypes: ["level 2=initiative", "level 3=objective"],
    goalLinkFields: ["goal link"],
    ...settings,
  });
  const source = createJiraSource(
    sourceContext({
      connectionId,
      settings: parsed,
      clock,
      resolveUrl: (url) => (url.includes("/goal/123") ? asanaGoal : undefined),
    }),
  );
  return { clock, jira, source };
}

async function pull(source: Source, position?: string, collection = "issues") {
  const pages: PulledPage[] = [];
  for await (const page of source.pull(collection, position)) pages.push(page);
  const changes = pages.flatMap((page) => page.changes);
  return { pages, ids: changes.map(nativeIdOf), changes, position: pages.at(-1)?.position };
}

function nativeIdOf(change: Change): string {
  return readFactId(change.kind === "upserted" ? change.record.id : change.id)?.nativeId ?? "";
}

const allIds = smallSite.issues.map((issue) => issue.id).toSorted();
const manyIssues = (count: number): JiraSeedInput => ({
  ...smallSite,
  links: [],
  issues: Array.from({ length: count }, (_, index) => ({
    id: String(20_000 + index),
    key: `PAY-${index + 1}`,
    typeId: "10011",
    summary: `Story ${index}`,
    statusId: "1",
    created: instantOf(Date.UTC(2026, 8, 1) + index * minuteMs),
    updated: instantOf(Date.UTC(2026, 8, 1) + index * minuteMs),
  })),
});
const failsWith = (code: string) => expect.objectContaining({ code }) as unknown;

describe("pulling issues", () => {
  test("a backfill reads everything once, as goals and as work, and says how much there is", async () => {
    const { source } = await connect();
    const { pages, ids, changes } = await pull(source);
    expect(ids.toSorted()).toEqual(allIds);
    expect(pages.at(-1)).toMatchObject({ isLast: true, recordsTotal: 10, rejected: [] });
    const types = changes.map((change) => change.kind === "upserted" && change.record.type);
    expect(types.filter((type) => type === "goal")).toHaveLength(2);
  });

  test("the next run reads what changed since the last began, in the account's zone, with overlap", async () => {
    const { source, jira, clock } = await connect();
    const { position } = await pull(source);
    clock.advance(hourMs);
    jira.perform({ kind: "updateIssue", key: "PAY-5", summary: "Changed" });
    clock.advance(3 * minuteMs);
    const second = await pull(source, position);
    expect(second.ids).toEqual(["10106"]);
    // Changed after the second run began, at the same minute: seen by the third.
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Also changed" });
    expect((await pull(source, second.position)).ids).toContain("10105");
  });

  test("a change that the search index showed hours late is found by a run that looks far back", async () => {
    const { source, jira, clock } = await connect();
    const { position } = await pull(source);
    jira.perform({ kind: "updateIssue", key: "PAY-5", summary: "Indexed late" });
    let at = position;
    const seen: string[] = [];
    for (let hour = 0; hour < 8; hour += 1) {
      clock.advance(hourMs);
      const run = await pull(source, at);
      at = run.position;
      if (hour > 0) seen.push(...run.ids);
    }
    expect(seen).toContain("10106");
  });

  test("an interrupted run resumes at its page, and loses and repeats nothing before it", async () => {
    const { source } = await connect({}, manyIssues(250));
    let position: string | undefined;
    for await (const page of source.pull("issues", undefined)) {
      position = page.position;
      break;
    }
    const rest = await pull(source, position);
    expect(rest.ids).toHaveLength(150);
    expect(rest.pages[0]?.recordsTotal).toBe(250);
  });

  test("a page that comes truncated, throttled or not at all throws what to do, and the position stands", async () => {
    const { source, jira } = await connect({}, manyIssues(150));
    const faults = [
      [{ kind: "truncate" }, "connector.unreachable"],
      [{ kind: "reset" }, "connector.unreachable"],
      [{ kind: "status", status: 503 }, "connector.unavailable"],
      [{ kind: "status", status: 429, retryAfterSeconds: 9 }, "connector.rate-limited"],
    ] as const;
    for (const [fault, code] of faults) {
      jira.faults.arm({
        on: "request",
        pathPrefix: "/rest/api/3/issue/bulkfetch",
        skip: 1,
        times: 1,
        ...fault,
      });
      await expect(pull(source)).rejects.toThrow(failsWith(code));
      jira.faults.clear();
    }
    expect((await pull(source)).ids).toHaveLength(150);
  });

  test("a revoked token is an error, never an empty site", async () => {
    const { source } = await connect({ apiToken: "revoked-token" });
    await expect(pull(source)).rejects.toThrow(failsWith("connector.unauthorized"));
    await expect(source.readByIds("issues", [id("work-item", "10103")])).rejects.toThrow(
      failsWith("connector.unauthorized"),
    );
    await expect(pull(source, undefined, "accounts")).rejects.toThrow(
      failsWith("connector.unauthorized"),
    );
  });

  test("only configured projects are read, and one that cannot be seen is a gap, not a failure", async () => {
    const { source } = await connect({ projects: ["MOB", "GONE"] });
    const { ids, pages } = await pull(source);
    expect(ids).toEqual(["10107", "10108"]);
    expect(pages[0]?.gaps).toMatchObject([{ what: "Project GONE" }]);
    const none = await connect({ projects: ["GONE"] });
    await expect(pull(none.source)).rejects.toThrow(failsWith("connector.forbidden"));
  });
});

test("accounts hide most addresses, and the one shown is lower case", async () => {
  const { source } = await connect();
  const { changes, pages } = await pull(source, undefined, "accounts");
  expect(changes).toHaveLength(4);
  expect(changes).toMatchObject([
    { record: { id: id("account", "svc-1"), kind: "app" } },
    { record: { workEmail: "dana@acme.example" } },
    { record: { displayName: "Kim Berg" } },
    { record: { isActive: false } },
  ]);
  expect(pages.at(-1)?.isLast).toBe(true);
});

describe("reconciling", () => {
  async function enumerate(source: Source, collection = "issues") {
    const ids: FactId[] = [];
    for await (const page of source.enumerate(collection)) ids.push(...page);
    return ids;
  }

  test("all ids are enumerated under what they are, and what is lacking is read by id", async () => {
    const { source, jira } = await connect();
    const ids = await enumerate(source);
    expect(ids.map((each) => readFactId(each)?.nativeId ?? "").toSorted()).toEqual(allIds);
    expect(ids).toContain(id("goal", "10101"));
    const made = jira.perform({
      kind: "createIssue",
      projectKey: "PAY",
      typeId: "10011",
      summary: "New",
    });
    const lacking = id("work-item", String(made.result["id"]));
    const { changes } = await source.readByIds("issues", [lacking, id("work-item", "1")]);
    expect(changes.map(nativeIdOf)).toEqual([made.result["id"]]);
  });

  test("deleted is gone, turned into a goal is gone as work, still there is present", async () => {
    const { source, jira } = await connect();
    jira.perform({ kind: "deleteIssue", key: "PAY-5" });
    const ids = [id("work-item", "10106"), id("work-item", "10101"), id("work-item", "10102")];
    const presence = await source.confirm("issues", ids);
    expect(ids.map((each) => presence.get(each))).toEqual(["gone", "gone", "present"]);
  });

  test("what went out of sight with a whole project is hidden, never gone", async () => {
    const credentials = { email: "narrow@acme.example", apiToken: "token-of-the-narrow" };
    const { source } = await connect({ ...credentials, projects: ["PAY", "MOB"] });
    const presence = await source.confirm("issues", [id("work-item", "10107")]);
    expect([...presence.values()]).toEqual(["hidden"]);
  });

  test("accounts too are enumerated and confirmed", async () => {
    const { source } = await connect();
    expect(await enumerate(source, "accounts")).toHaveLength(4);
    const ids = [id("account", "acc-dana"), id("account", "never")];
    expect([...(await source.confirm("accounts", ids)).values()]).toEqual(["present", "gone"]);
    expect((await source.readByIds("accounts", ids)).changes.map(nativeIdOf)).toEqual(["acc-dana"]);
  });
});

describe("probing", () => {
  test("names account and site, and every name in the settings that the site does not know", async () => {
    const { source } = await connect({
      projects: ["PAY", "GONE"],
      goalTypes: ["Vision"],
      teamField: "Squad",
      blockingLinkTypes: ["blocks", "Stops"],
    });
    const { identity, gaps } = await source.probe();
    expect(identity).toMatch(/^Hub Service on 127\.0\.0\.1:\d+$/u);
    expect(gaps.map(({ what }) => what)).toEqual([
      "Project GONE",
      "Field “Squad”",
      "Work type “Vision”",
      "Link type “Stops”",
    ]);
  });

  test("says that an account without administration gets no instant updates", async () => {
    const { source } = await connect({
      email: "narrow@acme.example",
      apiToken: "token-of-the-narrow",
    });
    expect((await source.probe()).gaps).toMatchObject([{ what: "Instant updates" }, {}, {}]);
    expect(await source.subscriptionResources?.()).toEqual([]);
  });

  test("a wrong token and an unreachable host fail with words for the admin", async () => {
    const wrong = await connect({ apiToken: "wrong-token" });
    await expect(wrong.source.probe()).rejects.toThrow(failsWith("connector.unauthorized"));
    const away = await connect({ baseUrl: "http://127.0.0.1:1" });
    await expect(away.source.probe()).rejects.toThrow(failsWith("connector.unreachable"));
    const error = await wrong.source.probe().catch((thrown: unknown) => thrown);
    expect(error instanceof HubError && JSON.stringify(error)).not.toContain("wrong-token");
  });
});
