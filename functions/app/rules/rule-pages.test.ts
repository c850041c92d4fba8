import { expect, test } from "vitest";

import { goal, goalId, orgUnit, unitId, upserted } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

/** The card of one rule. */
function cardIn(page: string, name: string): string {
  return page.split("<section ").find((part) => part.includes(`"rule-${name}"`)) ?? "";
}

test.each(["circular-hierarchy", "circular-dependency"])(
  "%s says what it finds and what to do, and offers no empty field for options that it has none of",
  async (name) => {
    const rig = await AppRig.create();
    const card = cardIn((await rig.get("/rules")).text, name);
    expect(card).toContain("in a circle");
    expect(card).toContain("Any one of them breaks the circle.");
    expect(card).not.toContain('name="options"');
    const form = { isEnabled: "on", graceMinutes: "5" };
    expect((await rig.send("POST", `/rules/${name}`, { form })).status).toBe(303);
    const rules = (await rig.get("/api/rules")).body;
    expect(rules).toMatchObject({
      rules: expect.arrayContaining([expect.objectContaining({ name, graceMinutes: 5 })]),
    });
  },
);

test("a rule with options has a field for them", async () => {
  const rig = await AppRig.create();
  const card = cardIn((await rig.get("/rules")).text, "unlinked-work");
  expect(card).toContain('name="options"');
  expect(card).toContain("<code>allowances</code>");
});

test("what a form says by names is kept by ids, and shown by names again", async () => {
  const rig = await AppRig.create();
  await rig.hub.apply(upserted(orgUnit("Payments", {})), upserted(goal("north", {})));
  const form = {
    isEnabled: "on",
    graceMinutes: "5",
    holdDownMinutes: "30",
    delivery: "digest",
    escalates: "no",
    responseHours: "8",
    units: "payments",
    goals: "Goal north",
    kinds: "epic\ninitiative",
    allowedShares: "Payments: 12,5 % running the business",
  };
  expect((await rig.send("POST", "/rules/unlinked-work", { form })).status).toBe(303);
  const { body } = await rig.get("/api/rules");
  expect(body).toMatchObject({
    rules: expect.arrayContaining([
      expect.objectContaining({
        name: "unlinked-work",
        holdDownMinutes: 30,
        delivery: "digest",
        escalates: false,
        responseHours: 8,
        scope: {
          unitIds: [unitId("Payments")],
          goalIds: [goalId("north")],
          kinds: ["epic", "initiative"],
        },
        allowedShares: [
          { unitId: unitId("Payments"), share: 0.125, reason: "running the business" },
        ],
      }),
    ]),
  });
  const card = cardIn((await rig.get("/rules")).text, "unlinked-work");
  expect(card).toContain("Payments: 12.5 % running the business");
  expect(card).toContain("Goal north");
});

test("a name that nobody has is said in place, and what was typed stays", async () => {
  const rig = await AppRig.create();
  const form = { graceMinutes: "5", units: "Nowhere", allowedShares: "some of it" };
  const { status, text } = await rig.send("POST", "/rules/unlinked-work", { form });
  expect(status).toBe(400);
  const card = cardIn(text, "unlinked-work");
  expect(card).toContain("There is no unit “Nowhere”");
  expect(card).toContain("write it as “Payments: 20 % running the business”");
  expect(card).toMatch(/>\s*Nowhere<\/textarea/u);
});
