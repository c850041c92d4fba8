import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

import type { Source } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";

import { fieldsToRead, mapFields } from "./field-map.ts";
import { isKeepable, keptFieldsOf, mapKeptFields } from "./kept-fields.ts";
import { JiraSettings } from "./settings.ts";
import { issueBean } from "./simulator/beans.ts";
import { connectJira, idOf, startedAt } from "./simulator/test-world.ts";
import type { WireField } from "./wire.ts";

const own = (kind: string, more: object = {}) => ({
  custom: `com.atlassian.jira.plugin.system.customfieldtypes:${kind}`,
  ...more,
});
const field = (id: string, name: string, schema: WireField["schema"] = {}): WireField => ({
  id,
  name,
  schema,
});

const sprintField = { custom: "com.pyxis.greenhopper.jira:gh-sprint", type: "array" };
const fields = [
  field("customfield_1", "Product area", own("select", { type: "option" })),
  field("customfield_2", "Approver", own("userpicker", { type: "user" })),
  field("customfield_3", "Reviewers", own("multiuserpicker", { type: "array", items: "user" })),
  field("customfield_4", "Notes", own("textarea", { type: "string" })),
  field("customfield_5", "Sprint", sprintField),
  field("customfield_6", "Rating", { custom: "com.somebody.app:stars", type: "number" }),
  field("customfield_7", "product AREA", own("multiselect", { type: "array", items: "option" })),
  field("components", "Komponenten", { type: "array", items: "component" }),
  field("assignee", "Assignee", { type: "user" }),
  field("summary", "Summary", { type: "string" }),
];

describe("the fields to keep", () => {
  test("are found by name, by id and by what the settings call them, all of one name", () => {
    const entries = ["product area", "customfield_1=Area", "Component", "customfield_5", "Gone"];
    const { kept, refused, missing } = mapKeptFields(entries, fields);
    expect(kept.map(({ id, name }) => [id, name])).toEqual([
      ["customfield_1", "product area"],
      ["customfield_7", "product area"],
      ["customfield_1", "Area"],
      ["components", "Component"],
      ["customfield_5", "Sprint"],
    ]);
    expect([refused, missing]).toEqual([[], ["Gone"]]);
  });

  test("are found whatever blanks, capitals and accents either side has", () => {
    const odd = [
      field("customfield_11", " Cafe\u0301  Market ", own("select", { type: "option" })),
      field("customfield_12", "İlk Öncelik", own("select", { type: "option" })),
    ];
    const { kept, missing } = mapKeptFields(["CAFÉ Market", "ilk öncelik"], odd);
    expect(kept.map(({ id }) => id)).toEqual(["customfield_11", "customfield_12"]);
    expect(missing).toEqual([]);
  });

  test.each(["__proto__", "constructor", "toString"])("may be asked for as %s", (name) => {
    expect(mapKeptFields([name], fields)).toEqual({ kept: [], refused: [], missing: [name] });
    const odd = [field("customfield_13", name, own("textfield", { type: "string" }))];
    const { kept } = mapKeptFields([name], odd);
    const found = keptFieldsOf(kept, { customfield_13: "x" });
    // A field of the first name cannot be kept: it would be lost on the way.
    expect(found).toEqual(name === "__proto__" ? undefined : { [name]: "x" });
  });

  test("never are people's, even where a kind that is known says that it holds them", () => {
    const kinds = ["userpicker", "multiuserpicker", "people", "grouppicker", "multigrouppicker"];
    const known = ["select", "textfield", "cascadingselect", "labels"];
    const hostile = [...kinds, ...known].flatMap((kind, at) => [
      field(`customfield_3${at}`, "Who", own(kind, { type: "user" })),
      field(`customfield_4${at}`, "Who", own(kind, { type: "array", items: "user" })),
    ]);
    const ours = ["assignee", "reporter", "creator", "watches"].map((id) =>
      field(id, "Who", { type: id === "watches" ? "watches" : "user" }),
    );
    const entries = ["who", ...hostile.map(({ id }) => `${id}=Area`), "reporter", "assignee"];
    const { kept, refused } = mapKeptFields(entries, [...hostile, ...ours]);
    expect(kept).toEqual([]);
    expect(refused.every(({ namesPeople }) => namesPeople)).toBe(true);
    expect(refused).toHaveLength(entries.length);
  });

  test("never are people's, long texts, other system fields, or of a kind that is not known", () => {
    const entries = ["Approver", "Reviewers", "Notes", "Rating", "Assignee", "summary"];
    const { kept, refused } = mapKeptFields(entries, fields);
    expect(kept).toEqual([]);
    const people = refused.filter(({ namesPeople }) => namesPeople).map(({ wanted }) => wanted);
    expect(people).toEqual(["Approver", "Reviewers", "Assignee"]);
    expect(refused).toHaveLength(6);
    expect(isKeepable(field("customfield_9", "Nothing is told"))).toBe(false);
  });
});

describe("values", () => {
  const one = (value: unknown, isSprint = false) =>
    keptFieldsOf([{ id: "f", name: "F", isSprint }], { f: value })?.["F"];

  test.each([
    ["a choice", { id: "1", value: "Payouts" }, "Payouts"],
    ["a cascade", { value: "EMEA", child: { value: "DACH" } }, "EMEA\nEMEA - DACH"],
    ["several choices", [{ value: "A" }, { value: "B" }, { value: "A" }], "A\nB"],
    ["components and versions", [{ id: "9", name: "Ledger" }], "Ledger"],
    ["labels", ["red", "blue"], "red\nblue"],
    ["a number", 2.5, "2.5"],
    ["a text", "  two\nlines ", "two lines"],
    ["nothing", null, undefined],
    ["an account", { accountId: "a", displayName: "Dana", name: "dana" }, undefined],
    [
      "an account of a server",
      { self: "/user?u=dana", displayName: "Dana", name: "dana" },
      undefined,
    ],
    ["a cascade that ends at one", { value: "EU", child: { name: "d", displayName: "D" } }, "EU"],
    ["a group", [{ groupId: "g", name: "leads" }], undefined],
  ])("of %s", (_what, value, text) => {
    expect(one(value)).toBe(text);
  });

  test("of sprints are their names, the latest first, in either form that Jira writes", () => {
    const sprints = [{ name: "Sprint 6", state: "closed", goal: "x" }, { name: "Sprint 7" }];
    expect(one(sprints, true)).toBe("Sprint 7\nSprint 6");
    const old =
      "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=7,state=ACTIVE,name=S 7,goal=g]";
    expect(one([old, 5, null], true)).toBe("S 7");
  });

  test("of any kind cost nothing but themselves", () => {
    fc.assert(
      fc.property(fc.anything(), fc.boolean(), (value, isSprint) => {
        const text = one(value, isSprint) ?? "-";
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(240);
      }),
    );
  });
});

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const login = {
  baseUrl: "https://acme.atlassian.net",
  email: "hub@acme.example",
  apiToken: "token-of-the-hub",
};
const keptSettings = {
  keptFields: ["Product area", "customfield_10061=Market", "Component"],
};

async function connect(options: Parameters<typeof connectJira>[0] = {}) {
  const world = await connectJira({ settings: keptSettings, ...options });
  cleanups.push(() => world.jira.close());
  return world;
}

async function pulled(source: Source): Promise<ReadonlyMap<string, Change>> {
  const changes = new Map<string, Change>();
  for await (const page of source.pull("issues", undefined)) {
    for (const one of page.changes)
      changes.set(one.kind === "upserted" ? one.record.id : one.id, one);
  }
  return changes;
}

const story = idOf("work-item", "10103");
const expected = {
  "Product area": "Payouts",
  Market: "DACH\nNordics",
  Component: "Scheme adapter",
};

describe("an issue with fields to keep", () => {
  test.each([
    ["by id", {}],
    ["in lanes", { byConsent: true }],
  ])("has them when it is read %s, and of people nothing comes", async (_way, options) => {
    const { source } = await connect(options);
    const changes = await pulled(source);
    expect(changes.get(story)).toMatchObject({ record: { fields: expected } });
    expect(JSON.stringify([...changes.values()])).not.toContain("Ortiz");
    expect(changes.get(idOf("work-item", "10105"))).not.toHaveProperty("record.fields");
  });

  test("is the same from a webhook's body as from a pull", async () => {
    const { source, jira, clock } = await connect();
    jira.perform({
      kind: "updateIssue",
      key: "PAY-2",
      components: ["Ledger", "Scheme adapter"],
      custom: { customfield_10060: { id: "10701", value: "Refunds" } },
    });
    const issue = jira.state.issue("PAY-2");
    const body = issue && issueBean(jira.state, issue, { version: 2 });
    const event = { webhookEvent: "jira:issue_updated", timestamp: clock.nowMs(), issue: body };
    const reading = await source.interpret({
      headers: {},
      query: {},
      body: Buffer.from(JSON.stringify(event)),
      receivedAt: instantOf(Date.parse(startedAt) + minuteMs),
    });
    const [told] = reading.changes;
    expect(told).toMatchObject({
      record: {
        fields: { ...expected, "Product area": "Refunds", Component: "Ledger\nScheme adapter" },
      },
    });
    const read = (await pulled(source)).get(story);
    const fieldsOf = (change: Change | undefined) =>
      change?.kind === "upserted" && "fields" in change.record ? change.record.fields : undefined;
    expect(fieldsOf(read)).toEqual(fieldsOf(told));
  });

  test("goes on under the name that the settings give, whatever the field is called by then", async () => {
    const world = await connect();
    const renamed = world.jira.state.fields.map((one) =>
      one.id === "customfield_10061" ? { ...one, name: "Sales regions" } : one,
    );
    Object.assign(world.jira.state, { fields: renamed });
    const changes = await pulled(world.reopen());
    expect(changes.get(story)).toMatchObject({ record: { fields: { Market: "DACH\nNordics" } } });
  });
});

describe("settings", () => {
  test("that would keep people's names are refused with the field that does", async () => {
    const { reopen } = await connect();
    await expect(reopen({ keptFields: ["Approver"] }).probe()).rejects.toMatchObject({
      code: "connector.misconfigured",
      issues: [
        { path: "keptFields", message: "“Approver” names people: its values are never kept" },
      ],
    });
  });

  test("that name what is not there, or cannot be kept, leave a gap", async () => {
    const { reopen } = await connect();
    const { gaps } = await reopen({ keptFields: ["Goal link", "Nowhere"] }).probe();
    expect(gaps.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["Field “Goal link”", "Field “Nowhere”"]),
    );
  });

  test("ask for the fields that they name, and for no others", async () => {
    const { source } = await connect({ settings: { keptFields: ["Product area"] } });
    const changes = await pulled(source);
    const expectedFields = { "Product area": "Payouts" };
    expect(changes.get(story)).toMatchObject({ record: { fields: expectedFields } });
    const map = mapFields(
      JiraSettings.parse({ ...login, keptFields: ["Product area", "labels"] }),
      [...fields, field("labels", "Labels", { type: "array", items: "string" })],
    );
    const asked = fieldsToRead(map);
    expect(asked.filter((id) => id === "labels")).toHaveLength(1);
    expect(asked).toContain("customfield_1");
    expect(asked).not.toContain("customfield_2");
    expect(asked).not.toContain("components");
  });

  test("name ten fields at most", () => {
    const keptFields = Array.from({ length: 11 }, (_, at) => `Field ${at}`);
    expect(JiraSettings.safeParse({ ...login, keptFields }).success).toBe(false);
    const parsed = JiraSettings.parse({ ...login, keptFields: keptFields.slice(1) });
    expect(parsed.keptFields).toHaveLength(10);
  });
});
