import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { OpenApiValidator } from "./openapi-validator.ts";
import { specsPath } from "./specs.ts";

const folder = mkdtempSync(join(tmpdir(), "openapi-"));
afterAll(() => rmSync(folder, { recursive: true }));

function validatorOf(version: string, thing: object): OpenApiValidator {
  const file = join(folder, `${version}-${Math.abs(JSON.stringify(thing).length)}.json`);
  const ok = {
    content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
  };
  const document = {
    openapi: version,
    paths: {
      "/things/{id}": {
        parameters: [{ name: "limit", in: "query", schema: { type: "integer", maximum: 5 } }],
        get: { responses: { 200: ok } },
        put: { requestBody: { required: true, ...ok }, responses: { 204: {} } },
      },
      "/things/mine": { get: { responses: { 200: {} } } },
    },
    components: { schemas: { Thing: thing, Name: { type: "string" } } },
  };
  writeFileSync(file, JSON.stringify(document));
  return new OpenApiValidator(file, { basePath: "/api" });
}

const thing30 = {
  type: "object",
  required: ["name"],
  additionalProperties: false,
  properties: {
    name: { $ref: "#/components/schemas/Name" },
    kind: { type: "string", nullable: true, enum: ["a"] },
    parent: { $ref: "#/components/schemas/Thing" },
    size: { type: "number", minimum: 0, exclusiveMinimum: true },
  },
};

describe("OpenApiValidator", () => {
  test("OpenAPI 3.0: nullable enums, recursion and exclusive limits mean what the vendor means", () => {
    const validator = validatorOf("3.0.1", thing30);
    const check = (body: unknown) => validator.validateResponse("GET", "/api/things/7", 200, body);
    expect(check({ name: "x", kind: null, parent: { name: "y" }, size: 1 })).toEqual([]);
    expect(check({ name: 1 })).toEqual(["/name must be string"]);
    expect(check({ parent: { name: "y", surprise: 1 }, name: "x" })).toEqual([
      "/parent must NOT have additional properties (surprise)",
    ]);
    expect(check({ name: "x", size: 0 })).toEqual(["/size must be > 0"]);
    expect(check(undefined)).not.toEqual([]);
  });

  test("OpenAPI 3.1: type lists are JSON Schema already", () => {
    const validator = validatorOf("3.1.0", {
      type: "object",
      properties: { name: { type: ["string", "null"] } },
    });
    expect(validator.validateResponse("GET", "/api/things/7", 200, { name: null })).toEqual([]);
    expect(validator.validateResponse("GET", "/api/things/7", 200, { name: 1 })).toHaveLength(1);
  });

  test("an unknown path, an undocumented status and a wrong parameter are named", () => {
    const validator = validatorOf("3.0.1", thing30);
    expect(validator.validateResponse("GET", "/api/other", 200, {})).toEqual([
      "GET /api/other is not in the document",
    ]);
    expect(validator.validateResponse("GET", "/api/things/7", 418, {})).toHaveLength(1);
    const request = (query: Record<string, string>) =>
      validator.validateRequest("GET", "/api/things/7", { query });
    expect(request({ limit: "5" })).toEqual([]);
    expect(request({ limit: "6" })).toEqual(["query parameter limit: /value must be <= 5"]);
    expect(request({ depth: "1" })).toEqual(["query parameter depth is not documented"]);
    expect(validator.validateRequest("PUT", "/api/things/7")).toEqual(["the body is missing"]);
    expect(validator.validateRequest("PUT", "/api/things/7", { body: { name: "x" } })).toEqual([]);
  });

  test("a fixed path wins over a template", () => {
    const validator = validatorOf("3.0.1", thing30);
    expect(validator.validateResponse("GET", "/api/things/mine", 200, "anything")).toEqual([]);
  });

  const files = [
    ["jira-cloud-v3.examples-parsed.json", "", "GET", "/rest/api/3/myself"],
    ["asana_oas.yaml", "/api/1.0", "GET", "/api/1.0/tasks/1"],
    ["bamboohr-public.yaml", "", "GET", "/api/v1/employees/1"],
  ] as const;
  for (const [name, basePath, method, path] of files) {
    const file = specsPath("openapi", name);
    test.skipIf(file === undefined)(`reads ${name} and refuses a wrong body`, () => {
      if (file === undefined) return;
      const validator = new OpenApiValidator(file, { basePath });
      expect(validator.validateResponse(method, path, 200, [])).toEqual(["body must be object"]);
    });
  }
});
