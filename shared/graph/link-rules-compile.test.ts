import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { WorkItem } from "#shared/model/facts.ts";
import { WorkItemKind } from "#shared/model/facts.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import { goal, goalId, itemId, workItem } from "#shared/testing/facts.ts";
import { earlier, graphOf, later, link, now, under } from "#shared/testing/graph.ts";
import { anyFilter, words } from "#shared/testing/link-filters.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

import { lineOfSight } from "./line-of-sight.ts";
import { compileLinkRules } from "./link-rules-compile.ts";
import type { FilterField, LinkFilter } from "./link-rules-filter.ts";
import { printLinkFilter } from "./link-rules-filter.ts";

function fits(filter: string, given: Parameters<typeof workItem>[1]): boolean {
  const rules = compileLinkRules([linkRule("one", filter)], now);
  return rules.fitting(workItem("i", given)).length === 1;
}

/** What the language says a filter means, as plainly as it can be written. */
function oracle(filter: LinkFilter, item: WorkItem): boolean {
  switch (filter.test) {
    case "all":
      return filter.of.every((one) => oracle(one, item));
    case "any":
      return filter.of.some((one) => oracle(one, item));
    case "not":
      return !oracle(filter.of, item);
    case "empty":
      return (having(filter.field, item).length === 0) !== filter.isNegated;
    case "contains":
      return having(filter.field, item).some((text) => text.includes(filter.text.toLowerCase()));
    case "one-of": {
      const { values, isNegated } = filter;
      const wanted = new Set(values.map((value) => value.toLowerCase()));
      return having(filter.field, item).some((text) => wanted.has(text)) !== isNegated;
    }
  }
}

function having(field: FilterField, item: WorkItem): readonly string[] {
  const { container, section, labels = [], teamName, key, fields = {} } = item;
  const texts = {
    connection: [item.connectionId],
    project: [container],
    section: [section],
    label: labels,
    kind: [item.kind],
    type: [item.originalKind],
    team: [teamName],
    title: [item.title],
    key: [key],
    field: Object.entries(fields).map(([name, value]) =>
      field.name === "field" && name.toLowerCase() === field.of.toLowerCase() ? value : undefined,
    ),
  }[field.name];
  return texts.flatMap((text) => (text === undefined ? [] : [text.toLowerCase()]));
}

const maybe = fc.option(fc.constantFrom(...words), { nil: undefined });
const anyItem = fc
  .record({
    kind: fc.constantFrom(...WorkItemKind.options),
    title: fc.tuple(maybe, maybe).map(([a = "x", b = ""]) => `${a} ${b}`.trim()),
    texts: fc.record({
      container: maybe,
      section: maybe,
      teamName: maybe,
      originalKind: fc.constantFrom(...words),
      key: maybe,
    }),
    labels: fc.array(fc.constantFrom(...words), { maxLength: 3 }),
    fields: fc.dictionary(fc.constantFrom("Investment", "Cost centre"), fc.constantFrom(...words)),
  })
  .map(({ texts, ...given }): WorkItem => ({ ...workItem("i", given), ...texts }));

describe("link rules", () => {
  test.each([
    ["label = GROWTH", { labels: ["other", "Growth"] }],
    ["label != growth", {}],
    ['label = "q3  push"', { labels: ["Q3 push"] }],
    ["team = Équipe", { teamName: "e\u0301quipe" }],
    // Capitals and accents of several languages, whichever side has them.
    ["label = istanbul", { labels: ["İstanbul"] }],
    ["label = IRMAK", { labels: ["ırmak"] }],
    ["label = İSTANBUL", { labels: ["istanbul"] }],
    ["label = J\u030CAN", { labels: ["ǰan"] }],
    ["title ~ ΟΔΟΣ", { title: "Η οδοσ του" }],
    ["label = STRASSE", { labels: ["Straße"] }],
    ['FIELD["investment"] = growth', { fields: { Investment: "Growth" } }],
    ['field["Investment"] IS EMPTY', { fields: { Other: "x" } }],
    ["section IS NOT EMPTY", { section: "Now" }],
    ["title ~ CHECK", { title: "New checkout" }],
    ["kind = EPIC AND type = epic", {}],
    ["connection = conn_work000001", {}],
  ])("%s fits %j", (filter, given) => {
    expect(fits(filter, given)).toBe(true);
    expect(fits(`NOT (${filter})`, given)).toBe(false);
  });

  test("fit what their filters say, however many of them there are and whatever they look for", () => {
    const filters = fc.array(anyFilter, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(filters, fc.array(anyItem, { minLength: 1, maxLength: 4 }), (all, items) => {
        const texts = all.map((filter) => printLinkFilter(filter));
        fc.pre(texts.every((text) => text.length <= 1000));
        const rules = all.map((_, index) => linkRule(`r${index}`, texts[index] ?? ""));
        const compiled = compileLinkRules(rules, now);
        for (const item of items) {
          const expected = rules.filter((_, index) => {
            const filter = all[index];
            return filter !== undefined && oracle(filter, item);
          });
          const found = compiled.fitting(item);
          expect(found.map(({ name }) => name).toSorted()).toEqual(
            expected.map(({ name }) => name).toSorted(),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("read nothing of an item that has none of the values that they look for", () => {
    const rules = Array.from({ length: 100 }, (_, n) =>
      linkRule(`r${n}`, `(title ~ x OR team = a) AND project = P${n} AND kind != bug`),
    );
    const read: string[] = [];
    const item = new Proxy(workItem("i", { container: "Other" }), {
      get: (target, name) => {
        read.push(String(name));
        return Reflect.get(target, name) as unknown;
      },
    });
    expect(compileLinkRules(rules, now).linksOf(item, [])).toEqual([]);
    expect(read).toEqual(["container"]);
  });

  test("give links that say whose they are, and are no surer than a rule can be", () => {
    const rule = linkRule("growth", "label = growth", { weight: 0.5, expiresAt: later });
    const item = workItem("i", { labels: ["growth"] });
    expect(compileLinkRules([rule], now).linksOf(item, [])).toEqual([
      {
        type: "link",
        fromId: itemId("i"),
        toId: goalId("g"),
        source: "rule",
        confidence: 0.7,
        note: "growth",
        ruleId: rule.id,
        weight: 0.5,
        createdAt: rule.createdAt,
        expiresAt: later,
      },
    ]);
  });

  test("of one item come in the order of the rules, in whatever order it has its values", () => {
    const rules = ["a", "b", "c"].map((name) => linkRule(name, `label = ${name}`));
    const found = (labels: string[]) =>
      compileLinkRules([...rules, linkRule("any", "title ~ i"), linkRule("z", "label = z")], now)
        .fitting(workItem("i", { labels, title: "i" }))
        .map(({ name }) => name);
    expect(found(["z", "c", "a"])).toEqual(["a", "c", "any", "z"]);
    expect(found(["a", "z", "c"])).toEqual(["a", "c", "any", "z"]);
  });

  test("that are off or cannot be read link nothing, and it is said why", () => {
    const off = linkRule("off", "kind = epic", { isEnabled: false });
    const broken = linkRule("broken", "kind =");
    const rules = compileLinkRules([off, broken], now);
    expect(rules.linksOf(workItem("i"), [])).toEqual([]);
    expect(rules.goalIds.size).toBe(0);
    expect([...rules.unreadable]).toEqual([
      [broken.id, expect.stringContaining("Expected a value")],
    ]);
  });
});

describe("the line of sight by a link rule", () => {
  const rule = linkRule("growth", "label = growth");
  const parts = {
    items: [
      workItem("epic", { labels: ["growth"] }),
      under("story", "epic"),
      under("sub", "story"),
      workItem("other"),
    ],
    goals: [goal("g"), goal("h")],
  };
  const sightOf = (
    name: string,
    given: { rules?: readonly LinkRule[] } & Partial<Parameters<typeof graphOf>[0]> = {},
  ) => {
    const { rules = [rule], ...more } = given;
    const graph = graphOf({ ...parts, ...more, linkRules: compileLinkRules(rules, now) });
    const item = graph.item(itemId(name));
    if (!item) throw new Error(`${name} is not in the graph`);
    return lineOfSight(graph, item, { now, allowances: [] });
  };

  test.each(["epic", "story", "sub"])("reaches from %s, what it inherits included", (name) => {
    const { verdict, path } = sightOf(name);
    expect(verdict).toBe("linked");
    expect(path.at(-1)).toMatchObject({ id: goalId("g"), via: "link", link: { ruleId: rule.id } });
  });

  test("does not reach what the rule does not fit", () => {
    expect(sightOf("other")).toMatchObject({ verdict: "unlinked", reason: "no-link" });
  });

  test("gives way to a link of the item's own", () => {
    const own = sightOf("epic", { edges: [link("epic", "h")] });
    expect(own.path.at(-1)).toMatchObject({ id: goalId("h"), link: { source: "native" } });
    const dropped = { goals: [goal("g"), goal("h", { status: "dropped" })] };
    const dead = sightOf("epic", { edges: [link("epic", "h")], ...dropped });
    expect(dead).toMatchObject({ verdict: "unlinked", reason: "goal-dropped" });
  });

  test.each([
    ["a suggestion", link("epic", "h", { source: "suggestion" })],
    ["a link that has expired", link("epic", "h", { expiresAt: earlier })],
  ])("does not give way to %s", (_what, edge) => {
    expect(sightOf("epic", { edges: [edge] }).path.at(-1)).toMatchObject({ id: goalId("g") });
  });

  test("goes by the surest of several rules, and by another where its goal was dropped", () => {
    const surer = linkRule("surer", "kind = epic", { goalId: goalId("h"), confidence: 0.9 });
    expect(sightOf("epic", { rules: [rule, surer] }).path.at(-1)?.id).toBe(goalId("h"));
    const dropped = { goals: [goal("g"), goal("h", { status: "dropped" })] };
    expect(sightOf("epic", { rules: [rule, surer], ...dropped }).path.at(-1)?.id).toBe(goalId("g"));
  });

  test("is that of the rule from the very moment on in which a link of the item's own ends", () => {
    const ends = { edges: [link("epic", "h", { expiresAt: now })] };
    expect(sightOf("epic", ends).path.at(-1)).toMatchObject({ id: goalId("g") });
    const over = linkRule("growth", "label = growth", { expiresAt: now });
    expect(sightOf("epic", { ...ends, rules: [over] })).toMatchObject({
      verdict: "unlinked",
      reason: "link-expired",
    });
  });

  test("goes round a circle and up every home, and never by what fits nothing", () => {
    const items = [
      workItem("a", { parentId: itemId("b") }),
      workItem("b", { parentId: itemId("a"), otherParentIds: [itemId("epic")] }),
      workItem("epic", { labels: ["growth"] }),
    ];
    expect(sightOf("a", { items }).path.at(-1)).toMatchObject({ id: goalId("g") });
    const rules = [linkRule("none", "label = none")];
    expect(sightOf("a", { items, rules })).toMatchObject({ verdict: "unlinked" });
  });

  test("ends when the rule expires, and says so", () => {
    const expired = linkRule("growth", "label = growth", { expiresAt: earlier });
    expect(sightOf("epic", { rules: [expired] })).toMatchObject({
      verdict: "unlinked",
      reason: "link-expired",
    });
  });
});
