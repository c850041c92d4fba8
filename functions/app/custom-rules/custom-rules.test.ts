import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { upserted, workItem } from "#shared/testing/facts.ts";
import { MemoryEventRules } from "#shared/testing/memory-event-rules.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const words = { title: "Epics adrift", why: "They are many.", nextStep: "Ask." };
const pattern = { detail: { rule: ["unlinked-work"], severity: ["warning"] } };
const api = "/api/custom-rules";

interface Kept {
  readonly id: string;
  readonly revision: number;
}

async function made(rig: AppRig): Promise<Kept> {
  const { status, body } = await rig.send("POST", api, { json: { ...words, pattern } });
  expect(status).toBe(201);
  return body as Kept;
}

test("a rule is checked, kept, and put on the bus with what goes without saying", async () => {
  const eventRules = new MemoryEventRules();
  const rig = await AppRig.create({ eventRules });
  await rig.hub.apply(upserted(workItem("e", { kind: "epic" })));
  const trial = await rig.send("POST", `${api}/check`, { json: { pattern } });
  expect(trial).toMatchObject({
    status: 200,
    body: {
      open: 1,
      fittingOpen: 1,
      fitting: [{ rule: "unlinked-work", origin: "open" }, { origin: "example" }],
    },
  });
  expect(eventRules.rules.size).toBe(0);

  const { id } = await made(rig);
  expect((await rig.get(`${api}/${id}`)).body).toMatchObject({
    ...words,
    isEnabled: true,
    deployment: { state: "deployed" },
    deployedPattern: { source: ["throughline"], ...pattern },
  });
  expect([...eventRules.rules.values()]).toEqual([
    {
      name: id,
      summary: words.title,
      pattern: {
        source: ["throughline"],
        "detail-type": ["signal.opened.v1", "signal.updated.v1"],
        ...pattern,
      },
    },
  ]);
});

test("one that is switched off, or deleted, is on the bus no more", async () => {
  const eventRules = new MemoryEventRules();
  const rig = await AppRig.create({ eventRules });
  const { id } = await made(rig);
  const off = await rig.send("PUT", `${api}/${id}`, {
    json: { ...words, pattern, isEnabled: false },
  });
  expect(off.body).toMatchObject({ isEnabled: false, deployment: { state: "deployed" } });
  expect(eventRules.rules.size).toBe(0);
  await rig.send("PUT", `${api}/${id}`, { json: { ...words, pattern } });
  expect(eventRules.rules.size).toBe(1);
  expect(await rig.send("DELETE", `${api}/${id}`)).toMatchObject({ status: 200 });
  expect(eventRules.rules.size).toBe(0);
  expect((await rig.get(`${api}/${id}`)).status).toBe(404);
});

test("a bus that does not take it is told to the admin, and the rule says so until it is deployed", async () => {
  const eventRules = new MemoryEventRules();
  const put = eventRules.put.bind(eventRules);
  const rig = await AppRig.create({ eventRules });
  eventRules.put = () => Promise.reject(new HubError("store.unavailable", "The bus is away"));
  const refused = await rig.send("POST", api, { json: { ...words, pattern } });
  expect(refused.status).toBe(503);
  const { body } = await rig.get(api);
  const { rules } = body as { readonly rules: readonly Kept[] };
  expect(rules).toMatchObject([{ deployment: { state: "failed", problem: "The bus is away" } }]);
  eventRules.put = put;
  const again = await rig.send("POST", `${api}/${rules[0]?.id}/deploy`);
  expect(again.body).toMatchObject({ deployment: { state: "deployed" } });
  expect(eventRules.rules.size).toBe(1);
});

test("a rule that somebody changed since it was read is not replaced", async () => {
  const rig = await AppRig.create();
  const { id, revision } = await made(rig);
  const change = { ...words, title: "Mine", pattern, revision };
  expect((await rig.send("PUT", `${api}/${id}`, { json: change })).status).toBe(200);
  expect((await rig.send("PUT", `${api}/${id}`, { json: change })).status).toBe(409);
});

test.each([
  [{ detail: { title: [{ regex: ".*" }] } }, undefined, "detail.title[0].regex"],
  [{ source: ["throughline"] }, undefined, "pattern.detail"],
  [
    { "detail-type": ["goal.changed.v1"], detail: { change: ["removed"] } },
    undefined,
    "pattern.detail-type",
  ],
  [{ detail: { rule: ["nothing-like-it"] } }, undefined, "pattern"],
  [pattern, { "detail-type": "no.such.v1", detail: {} }, "sample"],
  [pattern, { "detail-type": "signal.opened.v1", detail: { id: "x" } }, "sample"],
])("%j with the sample %j is refused at %s, and nothing is kept", async (given, sample, path) => {
  const eventRules = new MemoryEventRules();
  const rig = await AppRig.create({ eventRules });
  const answer = await rig.send("POST", api, { json: { ...words, pattern: given, sample } });
  expect(answer).toMatchObject({ status: 400, body: { error: { issues: [{ path }] } } });
  expect((await rig.get(api)).body).toEqual({ rules: [] });
  expect(eventRules.rules.size).toBe(0);
});

test("the form keeps what was typed, and says what is wrong at its field", async () => {
  const rig = await AppRig.create();
  const form = { ...words, pattern: '{"detail":{"title":[{"regex":"x"}]}}', isEnabled: "on" };
  const refused = await rig.send("POST", "/custom-rules", { form });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain("detail.title[0].regex");
  expect(refused.text).toContain("Epics adrift");
  const broken = await rig.send("POST", "/custom-rules/check", { form: { ...form, pattern: "{" } });
  expect(broken.text).toContain("This is not valid JSON");
  const fine = { ...form, pattern: JSON.stringify(pattern) };
  expect((await rig.send("POST", "/custom-rules/check", { form: fine })).text).toContain(
    "0 of 0 findings",
  );
  expect((await rig.send("POST", "/custom-rules", { form: fine })).status).toBe(303);
  expect((await rig.get("/custom-rules")).text).toContain("Epics adrift");
});

test("every event's schema can be asked for, and takes the event that is published", async () => {
  const rig = await AppRig.create();
  const { body } = await rig.get("/api/event-schemas");
  const { events } = body as { readonly events: readonly { readonly type: string }[] };
  expect(events.map(({ type }) => type)).toContain("signal.opened.v1");
  expect((await rig.get("/api/event-schemas/alert.opened.v1")).body).toMatchObject({
    type: "object",
    properties: { "detail-type": { const: "alert.opened.v1" }, source: { const: "throughline" } },
  });
  expect((await rig.get("/api/event-schemas/no.such")).status).toBe(404);
});
