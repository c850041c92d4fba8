import { expect, test } from "vitest";
import * as z from "zod";

import type { Connector } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";

import type { TypedSettings } from "./contract-case.ts";

/** How a field is called when it holds what nobody may see. */
const secretName = /(?:token|secret|password|authorization|credentials?|(?:api|private)key)$/iu;

/** The settings are the form, the validator and the documentation, and what is stored of them holds no secret. */
export function settingsContract(connector: Connector, good: () => Promise<TypedSettings>): void {
  test("good settings survive being parsed, stored and parsed again", async () => {
    const parsed = connector.settings.parse(await good());
    const stored: unknown = JSON.parse(JSON.stringify(parsed));
    expect(connector.settings.parse(stored)).toEqual(parsed);
  });

  test("a form can be made of them: each field has a title and says what it is", () => {
    const schema = z.toJSONSchema(connector.settings, { io: "input" });
    const fields = Object.entries(schema.properties ?? {});
    expect(fields.length).toBeGreaterThan(0);
    for (const [name, field] of fields) {
      const { title, description } = typeof field === "object" ? field : {};
      expect([name, title ?? ""]).toEqual([name, expect.stringMatching(/\S/u)]);
      expect([name, description ?? ""]).toEqual([name, expect.stringMatching(/\S{2,} \S{2,}/u)]);
    }
  });

  test("what must be secret is marked so, and the stored part is without it", async () => {
    const secrets = secretFields(connector);
    const named = Object.keys(connector.settings.shape).filter((name) => secretName.test(name));
    expect(secrets).toEqual(expect.arrayContaining(named));
    const parsed = connector.settings.parse(await good());
    const stored = Object.entries(parsed).filter(([name]) => !secrets.includes(name));
    const values = secrets.map((name) => parsed[name]).filter((value) => typeof value === "string");
    for (const value of values) expect(JSON.stringify(stored)).not.toContain(value);
  });

  test("a field that nobody knows is refused, not dropped in silence", async () => {
    const typed = { ...(await good()), fieldOfNobody: "x" };
    expect(connector.settings.safeParse(typed).success).toBe(false);
  });
}
