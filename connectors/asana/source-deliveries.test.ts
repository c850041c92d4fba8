import { describe, expect, test } from "vitest";

import type { Source, SubscriptionRequest } from "#shared/kit/connector.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { ManualClock } from "#shared/testing/manual-clock.ts";
import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { specsPath } from "#shared/testing/specs.ts";

import {
  enumerateAll,
  idOf,
  positionOf,
  pullAll,
  sourceOf,
  task,
} from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { recordingProxy } from "./simulator/test-source.ts";
import { serving, world } from "./simulator/test-world.ts";

const checkout = "1500000000000001";
const collections = ["users", "projects", "tasks", "goals"] as const;

function delivery(events: readonly unknown[], clock: ManualClock) {
  const body = Buffer.from(JSON.stringify({ events }));
  return { headers: {}, query: {}, body, receivedAt: clock.now() };
}
const event = (action: string, gid: string, resource_type = "task") => ({
  action,
  created_at: "2026-11-21T08:00:00.000Z",
  resource: { gid, resource_type },
  parent: null,
});

describe("deliveries", () => {
  test("several events of one object become one reading of it, others pass", async () => {
    const { source, clock } = await world();
    const reading = await source.interpret(
      delivery(
        [
          event("changed", "1800000000000001"),
          event("changed", "1800000000000001"),
          event("changed", checkout, "project"),
          event("added", "1990000000000001", "story"),
        ],
        clock,
      ),
    );
    expect(reading.changes.map(idOf)).toEqual([task(checkout), task("1800000000000001")]);
    expect(reading.changes[1]).toMatchObject({
      record: { teamName: "Growth" },
      edges: [{ type: "dependency", blockingId: task("1800000000000002") }],
    });
    expect(reading.changes[0]).toMatchObject({ record: { parentId: task("1400000000000001") } });
  });

  test("a deletion is believed when the object is gone, not before", async () => {
    const { source, simulator, clock } = await world();
    const events = delivery([event("deleted", "1800000000000008")], clock);
    expect((await source.interpret(events)).changes).toMatchObject([{ kind: "upserted" }]);
    simulator.perform({ kind: "deleteTask", gid: "1800000000000008" });
    expect((await source.interpret(events)).changes).toEqual([
      {
        kind: "removed",
        id: task("1800000000000008"),
        sourceVersion: Date.parse("2026-11-21T08:00:00.000Z"),
        readAt: clock.now(),
      },
    ]);
  });

  test("what is missing or hidden without having been deleted says nothing", async () => {
    const { source, simulator, clock } = await world();
    simulator.perform({ kind: "setHidden", gid: "1800000000000008", hidden: true });
    const events = [event("changed", "1800000000000099"), event("deleted", "1800000000000008")];
    expect(await source.interpret(delivery(events, clock))).toEqual({ changes: [], rejected: [] });
  });

  test("a restored task is newer than its deletion", async () => {
    const { source, clock } = await world();
    const events = delivery([event("undeleted", "1800000000000008")], clock);
    expect((await source.interpret(events)).changes).toMatchObject([
      { record: { sourceVersion: Date.parse("2026-11-21T08:00:00.000Z") } },
    ]);
  });

  test("an event of an unknown form is set aside and the others count", async () => {
    const { source, clock } = await world();
    const reading = await source.interpret(
      delivery([{ action: 7 }, event("changed", "1800000000000001")], clock),
    );
    expect(reading.rejected).toEqual([{ record: "event 0", reason: "action: invalid_type" }]);
    expect(reading.changes).toHaveLength(1);
  });
});

describe("subscriptions", () => {
  /** A hub that answers handshakes, and how often it was asked. */
  async function hub() {
    const asked: string[] = [];
    const url = await serving((request, response) => {
      const secret = request.headers["x-hook-secret"];
      if (typeof secret === "string") {
        asked.push(secret);
        response.setHeader("X-Hook-Secret", secret);
      }
      response.end();
    });
    return { url: `${url}/hook`, asked };
  }

  /** The optional side of a source, which this one has. */
  function subscribing(source: Source) {
    const { subscriptionResources, subscribe, unsubscribe } = source;
    if (!subscriptionResources || !subscribe || !unsubscribe) throw new Error("no subscriptions");
    return {
      resources: () => subscriptionResources.call(source),
      subscribe: (request: SubscriptionRequest) => subscribe.call(source, request),
      unsubscribe: (nativeId: string) => unsubscribe.call(source, nativeId),
    };
  }

  test("every project that is not archived is watched, registered once however often asked", async () => {
    const { source, simulator, clock } = await world();
    const { url, asked } = await hub();
    const hooks = subscribing(source);
    expect(await hooks.resources()).toEqual([checkout, "1500000000000002"]);
    const targetUrl = `${url}?subscription=sub_0123456789`;
    const request = { id: "sub_0123456789", targetUrl, resource: checkout };
    const first = await hooks.subscribe(request);
    expect(first.secret).toBe(asked[0]);
    const later = subscribing(sourceOf({ baseUrl: simulator.apiUrl }, clock).source);
    for (const again of [hooks, later]) {
      expect((await again.subscribe(request)).nativeId).toBe(first.nativeId);
    }
    expect(asked).toHaveLength(1);
    await hooks.unsubscribe(first.nativeId);
    await hooks.unsubscribe(first.nativeId);
    expect(simulator.state.webhooks.size).toBe(0);
  });

  test("a hub that Asana cannot reach is said plainly", async () => {
    const { source } = await world();
    const request = {
      id: "sub_0123456789",
      targetUrl: "http://127.0.0.1:1/hook",
      resource: checkout,
    };
    await expect(subscribing(source).subscribe(request)).rejects.toMatchObject({
      code: "connector.misconfigured",
      message: expect.stringContaining("public address"),
    });
  });
});

describe("manners", () => {
  const document = specsPath("openapi", "asana_oas.yaml");

  test.skipIf(document === undefined)("every request is one that Asana documents", async () => {
    const validator = new OpenApiValidator(document ?? "", { basePath: "/api/1.0" });
    const { simulator, clock } = await world();
    const problems = new Set<string>();
    const proxy = await recordingProxy(simulator.url, (method, { pathname, searchParams }) => {
      const found = validator.validateRequest(method, pathname, { query: searchParams });
      for (const problem of found) problems.add(`${pathname}: ${problem}`);
    });
    const { source } = sourceOf({ baseUrl: `${proxy}/api/1.0` }, clock);
    await source.probe();
    await source.discover?.();
    await source.inspectSubscriptions?.([]);
    for (const collection of collections) {
      const pages = await pullAll(source, collection);
      clock.advance(2 * hourMs);
      const swept = await pullAll(source, collection, positionOf(pages));
      clock.advance(10 * minuteMs);
      await pullAll(source, collection, positionOf(swept));
      await enumerateAll(source, collection);
      await source.readByIds(
        collection,
        pages.flatMap((page) => page.changes.map(idOf)),
      );
    }
    await source.subscriptionResources?.();
    expect([...problems]).toEqual([]);
  });

  test("nothing of a person or a secret is logged", async () => {
    const { source, lines } = await world();
    for (const collection of collections) await pullAll(source, collection);
    const logged = JSON.stringify(lines);
    for (const canary of [exampleSeed.token, "Dana", "acme.example", "checkout"]) {
      expect(logged).not.toContain(canary);
    }
  });
});
