import { describe, expect, test } from "vitest";

import { topology, type Topology } from "#infra/topology.ts";
import { validatePattern } from "#shared/kit/event-pattern/compile-pattern.ts";

import { RouteTable } from "./routes.ts";
import { queueSpecs, routesOf, ruleTargets } from "./wiring.ts";

const wiring: Topology = topology;

describe("the deployed wiring can be hosted as it is", () => {
  test.each(Object.entries(wiring.rules))(
    "EventBridge accepts the pattern of %s",
    (_name, rule) => {
      expect(() => validatePattern(rule.pattern)).not.toThrow();
    },
  );

  test.each(Object.entries(wiring.functions))("Lambda accepts the filters of %s", (_name, spec) => {
    const filters = spec.triggers.flatMap((trigger) =>
      trigger.kind === "stream" ? trigger.filters : [],
    );
    for (const filter of filters) expect(() => validatePattern(filter)).not.toThrow();
    // Lambda takes five filters a mapping unless its quota is raised (Lambda quotas, 2026-11).
    expect(filters.length).toBeLessThanOrEqual(5);
  });

  test("every rule has a target, and every target a queue of its own", () => {
    const targets = ruleTargets(wiring);
    expect(new Set(targets.map(({ rule }) => rule))).toEqual(new Set(Object.keys(wiring.rules)));
    const specs = queueSpecs(wiring, targets, undefined);
    expect(Object.keys(specs)).toEqual(expect.arrayContaining(Object.keys(wiring.queues)));
    expect(Object.keys(specs).filter((name) => name.startsWith("rule."))).toHaveLength(
      targets.length,
    );
  });

  test("webhooks reach the receiver and everything else the app", () => {
    const routes = new RouteTable(routesOf(wiring));
    expect(routes.find("POST", "/webhooks/jira/c1")?.functionName).toBe("receive");
    expect(routes.find("GET", "/webhooks/jira/c1")?.functionName).toBe("app");
    expect(routes.find("GET", "/")?.functionName).toBe("app");
    expect(routes.find("DELETE", "/api/connections/c1")?.functionName).toBe("app");
  });
});

test("a function that waits for a rule that is not there is a mistake in the wiring", () => {
  const { notify } = topology.functions;
  const broken: Topology = { ...wiring, functions: { notify }, rules: {} };
  expect(() => ruleTargets(broken)).toThrow("notify is triggered by an unknown rule");
});
