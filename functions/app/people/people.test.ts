import { describe, expect, test } from "vitest";

import type { Person } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { AccountAnswer, AccountDetail, PeopleSummary, PersonDetail } from "./people-answers.ts";

const api = (room: string, id: string, verb = "") =>
  `/api/${room}/${encodeURIComponent(id)}${verb}`;
const ghostPath = (verb = "") => api("accounts", accountId("ghost"), verb);

const { workEmail: _address, ...ghost } = account("ghost", { displayName: "Ann Lee" });
const unit = (name: string) => upserted(orgUnit(name));
const twin = (name: string, team: string) =>
  upserted(person(name, { name: "Ann Lee", unitId: unitId(team) }));

const scim = connectionId("scim000001");
const scimId = (name: string) => factId("person", "scim", scim, name);
function record(name: string, given: Partial<Person>): Person {
  return { ...person(name), id: scimId(name), connectionId: scim, ...given };
}

async function queue(rig: AppRig): Promise<AccountAnswer[]> {
  const { body } = await rig.get("/api/accounts");
  return AccountAnswer.array().parse((body as { accounts: unknown }).accounts);
}
const ghostNow = async (rig: AppRig) => AccountDetail.parse((await rig.get(ghostPath())).body);
const summary = async (rig: AppRig) =>
  PeopleSummary.parse((await rig.get("/api/people/summary")).body);
const someone = async (rig: AppRig, id: string) =>
  PersonDetail.parse((await rig.get(api("people", id))).body);

/** Two people of one name in two teams, and a login of that name that hides its address. */
async function twins(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  await rig.hub.apply(
    unit("red"),
    unit("blue"),
    twin("ann1", "red"),
    twin("ann2", "blue"),
    upserted(person("bo", { unitId: unitId("blue") })),
    upserted(account("bo")),
    upserted(ghost),
    upserted(workItem("waits", { assigneeId: accountId("ghost") }), [
      blockedBy(itemId("waits"), itemId("blocks")),
    ]),
    upserted(workItem("blocks", { assigneeId: accountId("bo") })),
  );
  return rig;
}

const crossings = async (rig: AppRig) =>
  (await rig.hub.openSignals()).filter(({ rule }) => rule === "blocked-across-boundary").length;

describe("the wrong person", () => {
  test("of two people with one name neither is bound; both are suggested and told apart", async () => {
    const rig = await twins();
    const [entry, ...others] = await queue(rig);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      state: "unmatched",
      because: "The tool hides its address.",
      suggestions: [
        { person: { id: personId("ann1"), unit: "red" }, apart: "red", strength: "fair" },
        { person: { id: personId("ann2"), unit: "blue" }, apart: "blue", strength: "fair" },
      ],
    });
    const texts = entry?.suggestions.map(({ reasons }) => reasons.map(({ text }) => text));
    expect(texts).toEqual([
      ["Same full name.", "Others have this name too; this one: red."],
      ["Same full name.", "Others have this name too; this one: blue."],
    ]);
    expect(await crossings(rig)).toBe(0);
  });

  test("a changed address unbinds, is suggested with its reason, and waits for a human", async () => {
    const rig = await AppRig.create();
    const before = person("ann", { name: "Ann Lee", workEmail: "ann.old@company.example" });
    const login = account("ghost", {
      displayName: "ann.old",
      workEmail: "ann.old@company.example",
    });
    await rig.hub.apply(upserted(before), upserted(login));
    expect(await queue(rig)).toEqual([]);
    const changed = person("ann", { name: "Ann Ng", workEmail: "ann.ng@company.example" });
    await rig.hub.apply(upserted({ ...changed, sourceVersion: changed.sourceVersion + 1 }));
    const [entry] = await queue(rig);
    expect(entry).toMatchObject({
      state: "unmatched",
      suggestions: [{ person: { name: "Ann Ng" }, strength: "strong" }],
    });
    expect(entry?.suggestions[0]?.reasons[0]?.text).toBe(
      "The address ann.old@… was Ann Ng's before.",
    );
    // Somebody new gets the address: that is no proof either.
    const newcomer = person("anna", { name: "Anna Old", workEmail: "ann.old@company.example" });
    await rig.hub.apply(upserted(newcomer));
    const [later] = await queue(rig);
    expect(later).toMatchObject({ state: "ambiguous", suggestions: [{}, {}] });
    expect((await summary(rig)).ambiguous).toBe(1);
  });

  test("no address of a person is told whole", async () => {
    const rig = await twins();
    await rig.hub.apply(upserted(person("cy", { workEmail: "cy.secret@company.example" })));
    const texts = await Promise.all(
      ["/api/accounts?matched=any", "/api/people", api("people", personId("cy"))].map(
        async (target) => (await rig.get(target)).text,
      ),
    );
    expect(texts.join("\n")).not.toContain("secret");
    expect(texts[2]).toContain("c…@company.example");
  });
});

describe("decisions about an account", () => {
  const bind = (rig: AppRig, id: string, note?: string) =>
    rig.send("PUT", ghostPath("/match"), { json: { personId: id, ...(note && { note }) } });

  test("binding re-evaluates what rests on it, is recorded, and is taken back", async () => {
    const rig = await twins();
    const { body } = await bind(rig, personId("ann1"), "asked the team");
    expect(body).toMatchObject({ state: "bound", how: "operator", person: { unit: "red" } });
    expect(await crossings(rig)).toBe(1);
    const { decisions } = await ghostNow(rig);
    expect(decisions).toMatchObject([
      { action: "bind", by: "operator", note: "asked the team", canUndo: true },
    ]);
    await bind(rig, personId("ann2"));
    expect(await crossings(rig)).toBe(0);
    const undo = async (decision: string | undefined) =>
      (await rig.send("POST", ghostPath("/undo"), { json: { decision } })).status;
    const [second, first] = (await ghostNow(rig)).decisions;
    expect(await undo(first?.id)).toBe(409);
    expect(await undo(second?.id)).toBe(200);
    expect((await ghostNow(rig)).account.person?.id).toBe(personId("ann1"));
    expect(await crossings(rig)).toBe(1);
    expect(await undo(first?.id)).toBe(200);
    const end = await ghostNow(rig);
    expect(end.account.state).toBe("unmatched");
    expect(end.decisions.map(({ action, canUndo }) => [action, canUndo])).toEqual([
      ["undo", false],
      ["undo", false],
      ["bind", false],
      ["bind", false],
    ]);
    expect(await crossings(rig)).toBe(0);
    expect(await rig.hub.drift()).toBe(0);
  });

  test("saying the same twice is one decision", async () => {
    const rig = await twins();
    await bind(rig, personId("ann1"));
    await bind(rig, personId("ann1"));
    expect((await ghostNow(rig)).decisions).toHaveLength(1);
  });

  test("an excluded account is no gap, says why, and is let go again", async () => {
    const rig = await twins();
    const json = { personId: null, exclusion: "shared-login" };
    await rig.send("PUT", ghostPath("/match"), { json });
    expect((await ghostNow(rig)).account).toMatchObject({
      state: "excluded",
      exclusion: "shared-login",
      because: "An operator said so on 2026-03-02.",
    });
    expect(await summary(rig)).toMatchObject({ matchPercent: 100, excluded: 1, unmatched: 0 });
    await rig.send("DELETE", ghostPath("/match"));
    expect(await queue(rig)).toHaveLength(1);
  });

  test("whoever is ruled out is not suggested again, until that is taken back", async () => {
    const rig = await twins();
    const json = { personId: personId("ann1") };
    const ruledOut = await rig.send("POST", ghostPath("/rejections"), { json });
    expect(ruledOut.body).toMatchObject({ suggestions: [{ person: { id: personId("ann2") } }] });
    const [decision] = (await ghostNow(rig)).decisions;
    await rig.send("POST", ghostPath("/undo"), { json: { decision: decision?.id } });
    expect((await ghostNow(rig)).account.suggestions).toHaveLength(2);
  });

  test("neither an unknown account nor an unknown person can be matched", async () => {
    const rig = await AppRig.create();
    const put = (json: unknown) => rig.send("PUT", ghostPath("/match"), { json });
    expect((await put({ personId: null })).status).toBe(404);
    await rig.hub.apply(upserted(ghost), upserted(person("ann")));
    expect(await put({ personId: personId("never") })).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: "personId" }] } },
    });
    expect((await put({ personId: personId("ann"), exclusion: "bot" })).status).toBe(400);
    expect((await put({})).status).toBe(400);
  });

  test("what stood before there were kinds of exclusion and a log is still understood", async () => {
    const rig = await twins();
    const item = {
      type: "match",
      accountId: accountId("ghost"),
      connectionId: ghost.connectionId,
      createdAt: "2026-01-01T00:00:00.000Z",
      pk: accountId("ghost"),
      sk: "match",
      lpk: "match",
      lsk: accountId("ghost"),
    };
    await rig.hub.table.write({ kind: "put", item, condition: [] });
    await rig.hub.settle();
    const { account: old, decisions } = await ghostNow(rig);
    expect([old.state, old.exclusion, decisions]).toEqual(["excluded", "nobody", []]);
    await bind(rig, personId("ann1"));
    const [decision] = (await ghostNow(rig)).decisions;
    await rig.send("POST", ghostPath("/undo"), { json: { decision: decision?.id } });
    expect((await ghostNow(rig)).account.exclusion).toBe("nobody");
  });

  test("the log is bounded", async () => {
    const rig = await twins();
    for (let round = 0; round < 30; round += 1) {
      rig.hub.clock.advance(1000);
      await bind(rig, personId(`ann${(round % 2) + 1}`));
      await rig.send("DELETE", ghostPath("/match"));
    }
    expect((await ghostNow(rig)).decisions).toHaveLength(50);
  });
});

describe("records of one human", () => {
  const hrAnn = person("ann", {
    name: "Ann Lee",
    startOn: CalendarDate.parse("2024-01-02"),
    workEmail: "ann@company.example",
    unitId: unitId("red"),
  });
  const scimAnn = record("ann", {
    name: "Lee, Ann",
    startOn: CalendarDate.parse("2024-01-02"),
    workEmail: "a.lee@company.io",
  });

  async function apart(): Promise<AppRig> {
    const rig = await AppRig.create();
    await rig.hub.connect(scim);
    await rig.hub.apply(
      unit("red"),
      upserted(hrAnn),
      upserted(scimAnn),
      upserted(account("ghost", { workEmail: "a.lee@company.io" })),
    );
    return rig;
  }

  test("are suggested, joined by a human, speak with one voice, and are set apart again", async () => {
    const rig = await apart();
    const { body } = await rig.get("/api/people/likely-pairs");
    expect(body).toMatchObject({
      total: 1,
      pairs: [
        {
          person: { id: scimAnn.id },
          into: { id: hrAnn.id },
          strength: "fair",
          reasons: [{ text: "Same full name, and the same first day." }],
        },
      ],
    });
    expect((await ghostNow(rig)).account.person?.unit).toBeUndefined();
    const same = api("people", scimAnn.id, "/same");
    await rig.send("PUT", same, { json: { intoId: hrAnn.id } });
    expect((await ghostNow(rig)).account.person).toMatchObject({ id: hrAnn.id, unit: "red" });
    expect(await someone(rig, scimAnn.id)).toMatchObject({
      id: hrAnn.id,
      records: [{ speaks: true }, { id: scimAnn.id, joinedBy: "operator" }],
      decisions: [{ action: "merge", canUndo: true }],
      likely: [],
    });
    expect((await summary(rig)).people).toBe(1);
    await rig.send("DELETE", same);
    expect((await summary(rig)).people).toBe(2);
  });

  test("said to be two people are not suggested again", async () => {
    const rig = await apart();
    const json = { personId: hrAnn.id };
    await rig.send("POST", api("people", scimAnn.id, "/rejections"), { json });
    expect((await rig.get("/api/people/likely-pairs")).body).toMatchObject({ total: 0 });
    expect((await summary(rig)).people).toBe(2);
  });

  test("joined by an address can be set apart, and that be taken back", async () => {
    const rig = await AppRig.create();
    await rig.hub.connect(scim);
    await rig.hub.apply(upserted(hrAnn), upserted({ ...scimAnn, workEmail: hrAnn.workEmail }));
    const login = account("ghost", { workEmail: "ann@company.example" });
    await rig.hub.apply(upserted(login));
    expect((await ghostNow(rig)).account.state).toBe("bound");
    await rig.send("PUT", api("people", scimAnn.id, "/same"), { json: { intoId: null } });
    expect((await ghostNow(rig)).account.state).toBe("ambiguous");
    const { decisions } = await someone(rig, scimAnn.id);
    const json = { decision: decisions[0]?.id };
    await rig.send("POST", api("people", scimAnn.id, "/undo"), { json });
    expect((await ghostNow(rig)).account.state).toBe("bound");
  });

  test("joining and setting apart re-evaluate the work of both", async () => {
    const rig = await apart();
    for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
    await rig.hub.apply(
      unit("blue"),
      upserted(person("bo", { unitId: unitId("blue") })),
      upserted(account("bo")),
      upserted(workItem("waits", { assigneeId: accountId("ghost") }), [
        blockedBy(itemId("waits"), itemId("blocks")),
      ]),
      upserted(workItem("blocks", { assigneeId: accountId("bo") })),
    );
    expect(await crossings(rig)).toBe(0);
    const same = api("people", scimAnn.id, "/same");
    await rig.send("PUT", same, { json: { intoId: hrAnn.id } });
    expect([await crossings(rig), await rig.hub.drift()]).toEqual([1, 0]);
    await rig.send("PUT", same, { json: { intoId: null } });
    expect([await crossings(rig), await rig.hub.drift()]).toEqual([0, 0]);
  });

  test("cannot be joined to themselves or to nobody", async () => {
    const rig = await apart();
    const put = (intoId: string) =>
      rig.send("PUT", api("people", scimAnn.id, "/same"), { json: { intoId } });
    expect((await put(scimAnn.id)).status).toBe(400);
    expect((await put(personId("never"))).status).toBe(400);
    expect((await rig.send("DELETE", api("people", personId("never"), "/same"))).status).toBe(404);
  });
});

test("match rates are of teams of five people and more", async () => {
  const rig = await AppRig.create();
  const team = (name: string, people: number) => [
    unit(name),
    ...Array.from({ length: people }, (_, at) => `${name}${at}`).flatMap((who) => [
      upserted(person(who, { unitId: unitId(name) })),
      upserted(account(who)),
    ]),
  ];
  await rig.hub.apply(...team("red", 5), ...team("blue", 4));
  const { byTeam } = await summary(rig);
  expect(byTeam).toEqual([
    { teamId: unitId("red"), name: "red", rate: { people: 5, matched: 5, percent: 100 } },
  ]);
});

describe("the pages", () => {
  const headers = { accept: "text/html" };

  test("accept, rule out, exclude, choose another and take back, without a script", async () => {
    const rig = await twins();
    const page = `/accounts/${encodeURIComponent(accountId("ghost"))}`;
    const decide = (form: Record<string, string>) =>
      rig.send("POST", `${page}/decide`, { form: { back: "/people", ...form }, headers });
    expect((await rig.get("/people", headers)).text).toContain("Others have this name too");
    expect((await decide({ action: "reject", personId: personId("ann1") })).status).toBe(303);
    const chosen = await rig.get(`${page}?find=ann&note=asked+her`, headers);
    expect(chosen.text).toContain("Match with Ann Lee");
    expect(chosen.text).toContain(`name="note" value="asked her"`);
    const { headers: sent } = await decide({
      action: "bind",
      personId: personId("ann2"),
      note: "asked her",
    });
    expect((await ghostNow(rig)).decisions[0]?.note).toBe("asked her");
    expect(sent.get("location")).toBe("/people?did=matched");
    const person = `/people/${encodeURIComponent(personId("ann2"))}`;
    expect((await rig.get(person, headers)).text).toContain("Detach");
    const [decision] = (await ghostNow(rig)).decisions;
    await decide({ action: "undo", decision: decision?.id ?? "" });
    expect((await decide({ action: "exclude", exclusion: "bot" })).status).toBe(303);
    expect((await rig.get("/people", headers)).text).toContain("Nothing to decide");
    expect((await decide({ action: "bind" })).status).toBe(400);
    expect((await decide({ action: "odd" })).status).toBe(400);
  });
});
