import { expect, test } from "vitest";

import { alertId } from "#shared/model/ids.ts";
import { itemId, upserted, workItem } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const put = (rig: AppRig, json: unknown, name = "unlinked-work") =>
  rig.send("PUT", `/api/rules/${name}`, { json });

test("rules tell what they look for, how they are set and what they found", async () => {
  const rig = await AppRig.create();
  await rig.hub.apply(upserted(workItem("lone")));
  const { body } = await rig.get("/api/rules");
  expect(body).toMatchObject({
    rules: expect.arrayContaining([
      expect.objectContaining({
        name: "unlinked-work",
        isEnabled: true,
        isDefault: true,
        graceMinutes: 60,
        holdDownMinutes: 60,
        options: { allowances: [] },
        openSignals: 1,
      }),
      expect.objectContaining({ name: "blocked-across-boundary", openSignals: 0 }),
    ]),
  });
});

test("an allowance changes verdicts and clears what it covers", async () => {
  const rig = await AppRig.create();
  await rig.hub.apply(upserted(workItem("lone", { container: "OPS" })));
  const allowances = [{ reason: "run the business", containers: ["OPS"] }];
  const { status, body } = await put(rig, { graceMinutes: 0, options: { allowances } });
  expect([status, body]).toMatchObject([
    200,
    { isDefault: false, graceMinutes: 0, options: { allowances } },
  ]);
  rig.hub.clock.advance(3000);
  expect((await rig.get("/api/rules")).body).toMatchObject({
    rules: expect.arrayContaining([
      expect.objectContaining({ name: "unlinked-work", openSignals: 0 }),
    ]),
  });
  expect((await rig.get("/api/work-items?verdict=allowed")).body).toMatchObject({ total: 1 });
});

test("a rule that is switched off resolves what it had found", async () => {
  const rig = await AppRig.create();
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(workItem("lone")));
  const alert = `/api/alerts/${encodeURIComponent(alertId("unlinked-work", itemId("lone")))}`;
  expect((await rig.get(alert)).body).toMatchObject({ status: "open" });
  await put(rig, { isEnabled: false, graceMinutes: 0 });
  expect((await rig.get(alert)).body).toMatchObject({ status: "resolved" });
});

test("a shorter grace opens at once what waited by the old one, and a longer one lets it wait", async () => {
  const rig = await AppRig.create();
  await rig.hub.apply(upserted(workItem("lone")));
  const alert = `/api/alerts/${encodeURIComponent(alertId("unlinked-work", itemId("lone")))}`;
  expect((await rig.get(alert)).body).toMatchObject({ status: "pending" });
  await put(rig, { graceMinutes: 120 });
  expect((await rig.get(alert)).body).toMatchObject({ status: "pending" });
  await put(rig, { graceMinutes: 0 });
  expect((await rig.get(alert)).body).toMatchObject({ status: "open" });
});

test.each([
  [{ graceMinutes: 0, options: { allowances: [{ reason: "" }] } }, "options.allowances.0.reason"],
  [{ graceMinutes: 0, options: { colour: "red" } }, "options.colour"],
  [{ graceMinutes: -1 }, "graceMinutes"],
  [{}, "graceMinutes"],
])("%o is refused at %s and changes nothing", async (json, path) => {
  const rig = await AppRig.create();
  expect(await put(rig, json)).toMatchObject({
    status: 400,
    body: { error: { issues: [{ path }] } },
  });
  expect((await rig.get("/api/rules")).body).toMatchObject({
    rules: expect.arrayContaining([
      expect.objectContaining({ name: "unlinked-work", isDefault: true }),
    ]),
  });
});

test("a rule that there is not is not found", async () => {
  const rig = await AppRig.create();
  expect((await put(rig, { graceMinutes: 0 }, "no-such-rule")).status).toBe(404);
});
