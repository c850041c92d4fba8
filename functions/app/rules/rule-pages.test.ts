import { expect, test } from "vitest";

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
    expect(card).not.toContain("<textarea");
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
  expect(card).toContain("<textarea");
  expect(card).toContain("<code>allowances</code>");
});
