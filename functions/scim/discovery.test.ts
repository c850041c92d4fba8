import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { specsPath } from "#shared/testing/specs.ts";

import { ScimRig } from "../../tests/rig/scim-rig.ts";

const Attribute = z.looseObject({ name: z.string() });
type Attribute = z.infer<typeof Attribute> & Record<string, unknown>;
const Schema = z.looseObject({ id: z.string(), attributes: z.array(Attribute) });
const ListResponse = z.looseObject({ totalResults: z.int(), Resources: z.array(z.unknown()) });

let rig: ScimRig;
beforeAll(async () => {
  rig = await ScimRig.start();
});
afterAll(() => rig.close());

const samples = ["user", "group", "enterprise_user"].map((name) => ({
  name,
  file: specsPath("scim", "rfc-samples", `rfc7643-8.7.1-schema-${name}.json`),
}));
/** Characteristics that a standard attribute cannot have otherwise. */
const fixed = [
  "type",
  "multiValued",
  "required",
  "caseExact",
  "mutability",
  "returned",
  "uniqueness",
];
/** An id that we find by other names too is not needed where a client sends one of those; RFC 7643, 4.3. */
const departures = new Set(["manager.value required", "manager.$ref required"]);

describe("discovery", () => {
  test.each(samples)("the schema $name is a part of the standard's own", async ({ file }) => {
    if (file === undefined) return;
    const standard = Schema.parse(JSON.parse(readFileSync(file, "utf8")));
    const { status, body } = await rig.send("GET", `/Schemas/${standard.id}`);
    expect(status).toBe(200);
    expect(differences(Schema.parse(body).attributes, standard.attributes, "")).toEqual([]);
  });

  test("every resource type says where it is and what it consists of", async () => {
    const types = ListResponse.parse((await rig.send("GET", "/ResourceTypes")).body);
    expect(types.Resources).toMatchObject([
      { name: "User", endpoint: "/Users", meta: { resourceType: "ResourceType" } },
      { name: "Group", endpoint: "/Groups", schemaExtensions: [] },
    ]);
    expect((await rig.send("GET", "/ResourceTypes/User")).body).toEqual(types.Resources[0]);
    expect((await rig.send("GET", "/ResourceTypes/Robot")).status).toBe(404);
    expect((await rig.send("GET", "/Schemas")).body).toMatchObject({
      totalResults: 3,
      startIndex: 1,
    });
  });

  test("what is not offered is said, and answered so", async () => {
    expect((await rig.send("GET", "/ServiceProviderConfig")).body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: false },
      etag: { supported: true },
      authenticationSchemes: [{ type: "oauthbearertoken" }],
    });
  });
});

function differences(
  ours: readonly Attribute[],
  theirs: readonly Attribute[],
  prefix: string,
): readonly string[] {
  return ours.flatMap((one) => {
    const same = theirs.find(({ name }) => name === one.name);
    const path = prefix + one.name;
    if (!same) return [`${path} is not in the standard`];
    const own = fixed
      .filter((key) => same[key] !== undefined && same[key] !== one[key])
      .map((key) => `${path} ${key}`)
      .filter((text) => !departures.has(text));
    const parts = z.array(Attribute).default([]);
    const below = differences(
      parts.parse(one["subAttributes"]),
      parts.parse(same["subAttributes"]),
      `${path}.`,
    );
    return [...own, ...below];
  });
}
