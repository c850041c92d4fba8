import { describe, expect, test } from "vitest";

import type { Goal } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { alertId } from "#shared/model/ids.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { safeUrl } from "./html.ts";
import { backPath } from "./page-input.ts";

const hostile = `"><script>alert(1)</script><img src=x onerror='a()'>'\`\${1}`;
const path = (room: string, id: string) => `/${room}/${encodeURIComponent(id)}`;
const alertOf = (name: string) => path("alerts", alertId("unlinked-work", itemId(name)));

/** Every text that a tool controls is an attack. */
async function attacked(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  const bad: Partial<Goal> = { title: hostile, originalKind: hostile };
  await rig.hub.apply(
    upserted(orgUnit("red", { name: `red ${hostile}` })),
    upserted(orgUnit("blue", { name: `blue ${hostile}` })),
    upserted(person("ana", { unitId: unitId("red"), name: hostile })),
    upserted(account("ana")),
    upserted(person("bo", { unitId: unitId("blue"), name: hostile })),
    upserted(account("bo")),
    upserted(account("ghost", { displayName: hostile, workEmail: "g@elsewhere.example" })),
    upserted(goal("north", bad)),
    upserted(goal("south", { ...bad, url: "javascript:alert(1)" })),
    upserted(
      workItem("w1", {
        title: hostile,
        key: "K<1>",
        container: hostile,
        originalStatus: hostile,
        originalKind: hostile,
        labels: [hostile],
        url: "javascript:alert(1)",
        assigneeId: accountId("ana"),
      }),
      [linkTo(itemId("w1"), goalId("north")), blockedBy(itemId("w1"), itemId("w2"))],
    ),
    upserted(workItem("w2", { title: hostile, assigneeId: accountId("bo") })),
  );
  return rig;
}

/** The tags of a page as a browser would see them: names, and names of their attributes. */
function tagsOf(text: string): readonly { name: string; attributes: readonly string[] }[] {
  return [...text.matchAll(/<([a-z][\w-]*)((?:[^>"]|"[^"]*")*)>/giu)].map(
    ([, name = "", rest = ""]) => ({
      name: name.toLowerCase(),
      attributes: rest
        .replaceAll(/="[^"]*"/gu, " ")
        .split(/[\s/]+/u)
        .filter(Boolean)
        .map((attribute) => attribute.toLowerCase()),
    }),
  );
}

const pages = [
  "/",
  alertOf("w2"),
  path("alerts", alertId("blocked-across-boundary", `${itemId("w1")}=>${itemId("w2")}` as never)),
  "/work-items",
  `/work-items?text=${encodeURIComponent(hostile)}`,
  path("work-items", itemId("w1")),
  path("work-items", itemId("w2")),
  "/goals",
  path("goals", goalId("north")),
  path("goals", goalId("south")),
  "/connections",
  `/connections/${workConnection}`,
  "/connections/new?connector=tool",
  "/coverage",
  "/people",
  "/people/find?text=script",
  path("people", personId("ana")),
  path("accounts", accountId("ghost")),
  `${path("accounts", accountId("ghost"))}?find=script`,
  "/rules",
];

describe("every page", () => {
  test.each(pages)(
    "%s shows hostile texts as text, and links only to web addresses",
    async (page) => {
      const rig = await attacked();
      const { status, text } = await rig.get(page, { accept: "text/html" });
      expect(status).toBe(200);
      for (const { name, attributes } of tagsOf(text)) {
        expect(name).not.toMatch(/^(?:img|iframe|object|embed|base)$/u);
        expect(attributes.filter((attribute) => attribute.startsWith("on"))).toEqual([]);
        expect(name === "script" && !attributes.includes("src")).toBe(false);
      }
      expect(text).not.toMatch(/(?:href|src|action)="(?!\/|https?:|#)/iu);
    },
  );

  test.each(pages)(
    "%s has a title, one heading, landmarks, and labels on its fields",
    async (page) => {
      const rig = await attacked();
      const { text } = await rig.get(page, { accept: "text/html" });
      expect(text).toMatch(/<html lang="en">/u);
      expect(text.match(/<h1>/gu)).toHaveLength(1);
      for (const landmark of ["<header", "<main", "<nav", "<footer"])
        expect(text).toContain(landmark);
      const fields = [...text.matchAll(/<(?:input|select|textarea)\b[^>]*?>/gu)].map(
        ([tag]) => tag,
      );
      const labelled = new Set(
        [...text.matchAll(/<label[^>]*?\bfor="([^"]+)"/gu)].map(([, id]) => id),
      );
      for (const tag of fields.filter((one) => !one.includes('type="hidden"'))) {
        expect(labelled).toContain(/\bid="([^"]+)"/u.exec(tag)?.[1]);
      }
    },
  );

  test("needs no inline script or style", async () => {
    const rig = await attacked();
    for (const page of pages) {
      const { text } = await rig.get(page, { accept: "text/html" });
      expect(text).not.toMatch(/\sstyle="|<style/u);
      const scripts = [...text.matchAll(/<script([^>]*)>/gu)].map(([, rest]) => rest ?? "");
      const names = scripts.map((rest) => /src="\/assets\/(\w+)-[\w-]+\.js"/u.exec(rest)?.[1]);
      expect(names).toEqual(page === "/" ? ["live", "inbox"] : ["live"]);
    }
  });
});

test("an empty hub says on every page what to do first", async () => {
  const rig = await AppRig.create();
  for (const page of ["/", "/work-items", "/goals", "/coverage"]) {
    const { status, text } = await rig.get(page, { accept: "text/html" });
    expect([page, status]).toEqual([page, 200]);
    expect(text).not.toContain("undefined");
  }
});

test("assets are kept for ever under a name that changes with their content", async () => {
  const rig = await AppRig.create();
  const { text } = await rig.get("/", { accept: "text/html" });
  for (const [, asset = ""] of text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/gu)) {
    const { status, headers } = await rig.get(asset);
    expect([status, headers.get("cache-control")]).toEqual([
      200,
      expect.stringContaining("immutable"),
    ]);
  }
});

describe("forms", () => {
  test("acknowledge, snooze and wake an alert, and come back with a word about it", async () => {
    const rig = await attacked();
    const post = (verb: string, form: Record<string, string> = {}) =>
      rig.send("POST", `${alertOf("w2")}/${verb}`, {
        form: { back: "/?rule=unlinked-work", ...form },
      });
    const done = await post("acknowledge", { by: "Ana", note: "" });
    expect([done.status, done.headers.get("location")]).toEqual([
      303,
      "/?rule=unlinked-work&did=acknowledged",
    ]);
    expect((await rig.get("/?did=acknowledged")).text).toContain("Acknowledged. The alert stays");
    expect((await post("snooze", { hours: "4" })).status).toBe(303);
    expect((await rig.get(alertOf("w2"))).text).toContain("Snoozed until 2026-03-02 13:00 UTC");
    expect((await post("unsnooze")).status).toBe(303);
    expect((await post("snooze", { hours: "-4" })).status).toBe(400);
  });

  test("link an item to a goal, and take it back", async () => {
    const rig = await attacked();
    const form = {
      fromId: itemId("w2"),
      toId: goalId("north"),
      back: path("work-items", itemId("w2")),
    };
    expect((await rig.send("POST", "/links", { form })).status).toBe(303);
    expect((await rig.get(alertOf("w2"))).text).toContain("Resolved");
    const page = await rig.get(path("work-items", itemId("w2")));
    expect(page.text).toContain("linked here by a person");
    expect((await rig.send("POST", "/links/remove", { form })).status).toBe(303);
  });

  test("connect a tool: what is wrong stands beside its field, secrets are not shown again", async () => {
    const rig = await AppRig.create();
    const form = {
      connector: "tool",
      name: "Ours",
      "settings.baseUrl": "nonsense",
      "settings.token": "s3cr3t-token",
      "settings.projects": "PAY\nOPS",
    };
    const refused = await rig.send("POST", "/connections", { form });
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(/id="settings\.baseUrl-error"/u);
    expect(refused.text).toContain('value="nonsense"');
    expect(refused.text).not.toContain("s3cr3t-token");
    rig.refuseProbes("connector.unauthorized", "The tool refused the token: make a new one");
    const probed = await rig.send("POST", "/connections", {
      form: { ...form, "settings.baseUrl": "https://tool.example" },
    });
    expect([probed.status, probed.text]).toEqual([
      422,
      expect.stringContaining("The tool refused the token"),
    ]);
    rig.probe = async () => ({ identity: "svc", gaps: [] });
    const done = await rig.send("POST", "/connections", {
      form: { ...form, "settings.baseUrl": "https://tool.example" },
    });
    const to = done.headers.get("location") ?? "";
    expect([done.status, to]).toEqual([
      303,
      expect.stringMatching(/^\/connections\/conn_\w+\?did=connected$/u),
    ]);
    expect((await rig.get(to)).text).toContain("Everything is being read now");
  });

  test("change settings keeps a secret that is left empty, and the verbs work", async () => {
    const rig = await AppRig.create();
    const form = {
      connector: "tool",
      name: "Ours",
      "settings.baseUrl": "https://tool.example",
      "settings.token": "s3cr3t-token",
    };
    const to = (await rig.send("POST", "/connections", { form })).headers.get("location") ?? "";
    const [page = ""] = to.split("?");
    const moved = { name: "Renamed", "settings.baseUrl": "https://other.example" };
    const refused = await rig.send("POST", page, { form: moved });
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining("another server") });
    const change = { ...moved, "settings.baseUrl": "https://tool.example/other" };
    expect((await rig.send("POST", page, { form: change })).status).toBe(303);
    expect([...rig.secrets.values.values()]).toEqual([{ token: "s3cr3t-token" }]);
    expect((await rig.get(page)).text).toContain("Renamed");
    for (const verb of ["reconcile", "backfill", "pause", "resume"]) {
      expect((await rig.send("POST", `${page}/${verb}`)).status).toBe(303);
    }
    expect((await rig.send("POST", `${page}/explode`)).status).toBe(404);
    const removed = await rig.send("POST", `${page}/remove`);
    expect(removed.headers.get("location")).toBe("/connections?did=removing");
  });

  test("set a rule; options that are wrong are explained in place", async () => {
    const rig = await AppRig.create();
    const post = (options: string) =>
      rig.send("POST", "/rules/unlinked-work", {
        form: { isEnabled: "on", graceMinutes: "5", options },
      });
    expect(await post("{")).toMatchObject({
      status: 400,
      text: expect.stringContaining("not valid JSON"),
    });
    expect(await post('{"colour":1}')).toMatchObject({
      status: 400,
      text: expect.stringContaining("options.colour"),
    });
    expect((await post("{}")).status).toBe(303);
    expect((await rig.get("/rules")).text).toMatch(/value="5"/u);
  });

  test("match an account, put dead letters back", async () => {
    const rig = await attacked();
    const to = `${path("accounts", accountId("ghost"))}/decide`;
    const form = { action: "exclude", exclusion: "bot", back: "/people" };
    expect((await rig.send("POST", to, { form })).status).toBe(303);
    expect((await rig.get("/people")).text).toContain("Nothing to decide");
    expect(
      (await rig.send("POST", "/dead-letters/redrive", { form: { queue: "inbox" } })).status,
    ).toBe(303);
  });

  test("a form of another site changes nothing", async () => {
    const rig = await attacked();
    const headers = { "sec-fetch-site": "cross-site", accept: "text/html" };
    const { status, text } = await rig.send("POST", `${alertOf("w2")}/acknowledge`, {
      form: {},
      headers,
    });
    expect([status, text]).toEqual([403, expect.stringContaining("access.cross-site")]);
  });
});

test("filters that mean nothing are ignored on pages, unlike in the API", async () => {
  const rig = await attacked();
  const page = "/work-items?verdict=odd&limit=many&status=&unknown=1";
  expect((await rig.get(page, { accept: "text/html" })).status).toBe(200);
  expect((await rig.get("/?status=odd&after=!!", { accept: "text/html" })).status).toBe(200);
});

test("what is not there says so as a page", async () => {
  const rig = await AppRig.create();
  const ids: FactId[] = [itemId("never"), goalId("never")];
  for (const page of [path("work-items", ids[0] ?? ""), path("goals", ids[1] ?? ""), "/nothing"]) {
    const { status, text } = await rig.get(page, { accept: "text/html" });
    expect([status, text]).toEqual([404, expect.stringContaining("<!doctype html>")]);
  }
});

test.each([
  ["https://a.example/x?y=1", "https://a.example/x?y=1"],
  ["http://a.example", "http://a.example/"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["//a.example", undefined],
  [undefined, undefined],
])("the address %s becomes the link %s", (url, expected) => {
  expect(safeUrl(url)).toBe(expected);
});

test.each([
  ["/goals?x=1", "/goals?x=1"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["/a b", "/"],
  [undefined, "/"],
])("a form that asks to go back to %s leads to %s", (wanted, expected) => {
  expect(backPath(wanted, "/")).toBe(expected);
});
