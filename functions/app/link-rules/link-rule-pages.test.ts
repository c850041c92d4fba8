import { describe, expect, test } from "vitest";

import { goal, goalId, itemId, upserted, workItem } from "#shared/testing/facts.ts";

import type { AppRig } from "../../../tests/rig/app-rig.ts";
import { createdId, growth, openSignals, rigWith } from "../../../tests/rig/link-rule-company.ts";

describe("two who change one link rule", () => {
  const send = async (rig: AppRig, id: string, json: Record<string, unknown>) =>
    rig.send("PUT", `/api/link-rules/${id}`, { json: { ...growth, ...json } });

  test("never undo each other unseen over HTTP: the second is told, and reads it again", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    const { revision } = (await rig.get(`/api/link-rules/${id}`)).body as { revision: number };
    expect((await send(rig, id, { filter: "kind = epic", revision })).status).toBe(200);
    const second = await send(rig, id, { name: "Mine", revision });
    expect(second).toMatchObject({ status: 409, body: { error: { code: "entity.conflict" } } });
    const { body } = await rig.get(`/api/link-rules/${id}`);
    expect(body).toMatchObject({
      name: growth.name,
      filter: "kind = epic",
      revision: revision + 1,
    });
    // Who names no revision means to set it whatever it is.
    expect((await send(rig, id, { name: "Mine" })).status).toBe(200);
  });

  test("never undo each other unseen on the page: what stands is shown, and what was typed is kept", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    const here = `/link-rules/${id}`;
    const opened = /name="revision" value="(\d+)"/u;
    const revision = async () => opened.exec((await rig.get(here)).text)?.[1] ?? "";
    const form = { ...growth, confidence: "0.7", isEnabled: "on" };
    const [mine, theirs] = [await revision(), await revision()];
    await rig.send("POST", `${here}/disable`);
    const tried = await rig.get(
      `${here}?${new URLSearchParams({ ...form, revision: mine }).toString()}`,
    );
    expect(opened.exec(tried.text)?.[1]).toBe(mine);
    const off = await rig.send("POST", here, { form: { ...form, name: "Mine", revision: mine } });
    expect(off.status).toBe(409);
    expect(off.text).toContain("Somebody changed this rule after you had opened it");
    expect(off.text).toContain('value="Mine"');
    expect((await rig.get(`/api${here}`)).body).toMatchObject({ isEnabled: false });
    expect((await rig.send("POST", here, { form: { ...form, revision: theirs } })).status).toBe(
      409,
    );
    const again = opened.exec(off.text)?.[1] ?? "";
    const saved = await rig.send("POST", here, { form: { ...form, revision: again } });
    expect(saved.status).toBe(303);
    expect((await rig.get(`/api${here}`)).body).toMatchObject({ isEnabled: true });
  });
});

describe("the pages of link rules", () => {
  const form = { ...growth, confidence: "0.7", isEnabled: "on" };

  test("begin empty, and lead to the form", async () => {
    const rig = await rigWith();
    const { text } = await rig.get("/link-rules");
    expect(text).toContain("No link rules yet");
    const page = await rig.get("/link-rules/new");
    expect(page.text).toContain("Goal g (Objective)");
    expect(page.text).toContain("Say which work the rule means");
  });

  test("show what a filter would do without any script, and as a part for the script", async () => {
    const rig = await rigWith();
    const query = new URLSearchParams({ name: "x", filter: growth.filter }).toString();
    for (const path of ["new", "preview"]) {
      const { text } = await rig.get(`/link-rules/${path}?${query}`);
      expect(text).toContain("It fits 2 open items");
      expect(text).toContain("1 of them serves no goal today");
      expect(text).toContain(`/work-items/${encodeURIComponent(itemId("epic"))}`);
    }
    const wrong = await rig.get("/link-rules/preview?filter=label");
    expect(wrong).toMatchObject({ status: 200, text: expect.stringContaining("Expected =") });
    expect(wrong.text).not.toContain("<html");
  });

  test("keep what was typed where it is refused, and say what is wrong at its field", async () => {
    const rig = await rigWith();
    const wrong = { ...form, filter: 'title ~ "<b>" AND', weight: "7" };
    const { status, text } = await rig.send("POST", "/link-rules", { form: wrong });
    expect(status).toBe(400);
    expect(text).toContain("title ~ &quot;&lt;b&gt;&quot; AND</textarea>");
    expect(text).toContain("Expected a field, as project or label, but the filter ends here");
    expect(text).toContain('aria-invalid="true"');
  });

  test("say in words what is no number and no day", async () => {
    const rig = await rigWith();
    const wrong = { ...form, confidence: "sure", weight: "half", expiresAt: "2026-02-31" };
    const { text } = await rig.send("POST", "/link-rules", { form: wrong });
    expect(text).toContain("Give a number from 0.01 to 0.9");
    expect(text).toContain("Give a number from 0 to 1");
    expect(text).toContain("There is no such day");
    expect(text).not.toMatch(/NaN|Invalid/u);
  });

  test("show what people wrote as text, never as markup", async () => {
    const evil = '</textarea><script>alert("1")</script>';
    const rig = await rigWith(
      upserted(goal("x", { title: evil })),
      upserted(workItem("bad", { title: evil, labels: ["evil"] })),
    );
    const filter = `label = evil OR title ~ '${evil}'`;
    const id = await createdId(rig, { name: evil, filter, goalId: goalId("x") });
    const query = new URLSearchParams({ name: evil, filter }).toString();
    const item = encodeURIComponent(itemId("bad"));
    const pages = ["", `/${id}`, `/new?${query}`, `/preview?${query}`].map(
      (at) => `/link-rules${at}`,
    );
    for (const path of [...pages, `/work-items/${item}`]) {
      const { text } = await rig.get(path);
      expect(text).not.toContain("<script>alert");
      expect(text).toContain("&lt;script&gt;alert");
    }
  });

  test("name a rule that is stored and cannot be read, since it keeps all findings back, and delete it", async () => {
    const rig = await rigWith();
    const id = await createdId(rig, { filter: "label = none" });
    const item = await rig.hub.table.get({ pk: "link-rules", sk: id });
    await rig.hub.table.write({
      kind: "put",
      item: { ...item, pk: "link-rules", sk: id, confidence: "sure" },
      condition: [],
    });
    expect((await rig.get("/api/link-rules")).body).toEqual({ rules: [], unreadable: [id] });
    expect((await rig.get("/link-rules")).text).toContain("1 link rule cannot be read");
    await rig.hub.apply(upserted(workItem("late")));
    expect(await openSignals(rig)).not.toContain(itemId("late"));
    expect((await rig.send("POST", `/link-rules/${id}/remove`)).status).toBe(303);
    expect((await rig.get("/api/link-rules")).body).toEqual({ rules: [], unreadable: [] });
    await rig.hub.selfCheck();
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("late"), itemId("other")]);
  });

  test("create, change, switch and delete", async () => {
    const rig = await rigWith();
    const send = (path: string, fields: Record<string, string> = {}) =>
      rig.send("POST", path, { form: fields });
    expect((await send("/link-rules", { ...form, expiresAt: "2026-05-01" })).status).toBe(303);
    const { body } = await rig.get("/api/link-rules");
    const { rules } = body as { rules: { id: string; expiresAt: string }[] };
    expect(rules).toMatchObject([{ expiresAt: "2026-05-01T00:00:00.000Z", linkedItems: 2 }]);
    const here = `/link-rules/${rules[0]?.id ?? ""}`;
    expect((await rig.get(here)).text).toContain("2 open items are linked through it now");
    expect((await send(here, { ...form, name: "Renamed" })).status).toBe(303);
    const list = await rig.get("/link-rules?did=link-rule-saved");
    expect(list.text).toContain("Renamed");
    expect(list.text).toContain("Saved. What the rule links");
    expect((await send(`${here}/disable`)).status).toBe(303);
    expect((await rig.get("/link-rules")).text).toMatch(/Switch on/u);
    expect((await send(`${here}/enable`)).status).toBe(303);
    expect(await openSignals(rig)).toEqual([itemId("other")]);
    expect((await send(`${here}/remove`)).status).toBe(303);
    expect((await rig.get(here)).status).toBe(404);
  });
});
