import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";

import { AppRig, publicUrl } from "../../tests/rig/app-rig.ts";
import { appContext } from "./app-deps.ts";
import { apiRoutes } from "./app.ts";
import { createHandler } from "./handler.ts";
import { ErrorAnswer } from "./http/error-envelope.ts";

const token = "a-long-and-secret-token";
const withToken = { accessToken: { read: async () => ({ mode: "token" as const, token }) } };
const unconfigured = { accessToken: { read: async () => ({ mode: "unconfigured" as const }) } };

describe("refusals", () => {
  test("an unknown address answers with the envelope", async () => {
    const rig = await AppRig.create();
    const { status, body } = await rig.get("/api/nowhere");
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: { code: "entity.not-found", requestId: expect.any(String) },
    });
  });

  test("a failure nobody foresaw tells nothing of its inside; the log says where it was, and nothing that it quotes", async () => {
    const rig = await AppRig.create({
      queueAdmin: {
        depths: () => Promise.reject(new Error("password=hunter2")),
        deadLetters: async () => [],
        redrive: async () => 0,
      },
    });
    const { status, text } = await rig.get("/api/dead-letters");
    expect(status).toBe(500);
    expect(text).toContain("invariant.broken");
    expect(text).not.toContain("hunter2");
    const logged = rig.hub.logs.find(({ event }) => event === "app.failed")?.fields;
    expect(logged).toMatchObject({
      requestId: JSON.parse(text).error.requestId,
      cause: "Error",
      stack: expect.stringMatching(/^\s+at .*app\.test\.ts/u),
    });
    expect(JSON.stringify(logged)).not.toContain("hunter2");
  });

  test("a store that is away is said to be away", async () => {
    const down = () => Promise.reject(new HubError("store.unavailable", "The table is away"));
    const { table } = await AppRig.create().then(({ hub }) => hub);
    const rig = await AppRig.create({ table: { ...table, get: down } });
    const { status, body } = await rig.get("/api/health");
    expect([status, body]).toMatchObject([503, { error: { code: "store.unavailable" } }]);
  });

  test.each(["{", "nul", '{"a":1}}'])("the body %s is malformed", async (raw) => {
    const rig = await AppRig.create();
    const { status, body } = await rig.send("POST", "/api/links", { raw });
    expect([status, body]).toMatchObject([400, { error: { code: "input.malformed" } }]);
  });

  test("a body above the limit is refused before it is read", async () => {
    const rig = await AppRig.create();
    const { status } = await rig.send("POST", "/api/links", { raw: "x".repeat(1_000_001) });
    expect(status).toBe(413);
  });

  test("every wrong field is named by its path", async () => {
    const rig = await AppRig.create();
    const { status, body } = await rig.send("POST", "/api/links", {
      json: { fromId: "x", note: "y".repeat(201), colour: "red" },
    });
    expect(status).toBe(400);
    const { issues = [] } = ErrorAnswer.parse(body).error;
    expect(issues.map(({ path }) => path).toSorted()).toEqual(["colour", "fromId", "note", "toId"]);
  });
});

describe("other sites", () => {
  test.each([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: "null" },
  ])("a page with %o may change nothing", async (headers: Record<string, string>) => {
    const rig = await AppRig.create();
    const { status, body } = await rig.send("POST", "/api/links", { json: {}, headers });
    expect([status, body]).toMatchObject([403, { error: { code: "access.cross-site" } }]);
  });

  test.each([
    {},
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
    { origin: publicUrl },
  ])("a request with %o passes to its validation", async (headers: Record<string, string>) => {
    const rig = await AppRig.create();
    expect((await rig.send("POST", "/api/links", { json: {}, headers })).status).toBe(400);
  });

  test("nothing of the pages may come from elsewhere or be framed", async () => {
    const rig = await AppRig.create();
    const { headers } = await rig.get("/");
    const policy = headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("access", () => {
  test("without a configured token everything but health is refused, and says what to do", async () => {
    const rig = await AppRig.create(unconfigured);
    const api = await rig.get("/api/alerts");
    expect([api.status, api.body]).toMatchObject([503, { error: { code: "access.unconfigured" } }]);
    expect((await rig.get("/", { accept: "text/html" })).text).toContain("No access token");
    expect((await rig.send("POST", "/sign-in", { form: { token } })).status).toBe(503);
    expect((await rig.get("/api/health")).status).toBe(200);
  });

  test("a bearer with the token enters, any other does not", async () => {
    const rig = await AppRig.create(withToken);
    const as = (value: string) => rig.get("/api/alerts", { authorization: `Bearer ${value}` });
    expect((await as(token)).status).toBe(200);
    expect((await as(`${token}x`)).status).toBe(401);
    const { status, headers } = await rig.get("/api/alerts");
    expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  });

  test("a person is led to the door, signs in, and comes back to the page", async () => {
    const rig = await AppRig.create(withToken);
    const led = await rig.get("/goals", { accept: "text/html" });
    expect(led.headers.get("location")).toBe("/sign-in?next=%2Fgoals");
    const wrong = await rig.send("POST", "/sign-in", { form: { token: "guess", next: "/goals" } });
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
    const right = await rig.send("POST", "/sign-in", { form: { token, next: "/goals" } });
    expect([right.status, right.headers.get("location")]).toEqual([303, "/goals"]);
    const cookie = right.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/u);
    expect(cookie).not.toContain(token);
    const session = cookie.split(";")[0] ?? "";
    expect((await rig.get("/goals", { cookie: session })).status).toBe(200);
    rig.hub.clock.advance(11 * 24 * 3600 * 1000);
    expect((await rig.get("/api/goals", { cookie: session })).status).toBe(401);
  });

  test("a forged or stretched session does not enter", async () => {
    const rig = await AppRig.create(withToken);
    const right = await rig.send("POST", "/sign-in", { form: { token } });
    const [, proof] = right.headers.get("set-cookie")?.split(";")[0]?.split(".") ?? [];
    const cookie = `throughline_session=99999999999.${proof}`;
    expect((await rig.get("/api/goals", { cookie })).status).toBe(401);
  });

  test.each(["https://evil.example", "//evil.example", "/\\evil.example"])(
    "the door leads nobody to %s",
    async (next) => {
      const rig = await AppRig.create(withToken);
      const { headers } = await rig.send("POST", "/sign-in", { form: { token, next } });
      expect(headers.get("location")).toBe("/");
    },
  );
});

describe("the description of the API", () => {
  test("every route is in it, and every schema in it is one", async () => {
    const rig = await AppRig.create();
    const { body } = await rig.get("/api/openapi.json");
    const document = body as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe("3.1.0");
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const routes = apiRoutes(appContext(rig.deps)).map(({ method, path }) => `${method} ${path}`);
    expect(described.toSorted()).toEqual(routes.toSorted());
    const ids = Object.values(document.paths).flatMap((one) =>
      Object.values(one).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const ajv = new Ajv2020({ strict: false });
    for (const schema of Object.values(document.components.schemas)) {
      expect(ajv.validateSchema(schema)).toBe(true);
    }
    expect(JSON.stringify(document)).not.toContain("$defs");
    const references = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/gu);
    for (const [, name] of references)
      expect(document.components.schemas).toHaveProperty(name ?? "");
  });
});

describe("behind API Gateway", () => {
  const event = (rawPath: string) =>
    ({
      version: "2.0",
      rawPath,
      rawQueryString: "",
      headers: { host: "hub.example" },
      requestContext: {
        requestId: "gw-1",
        domainName: "hub.example",
        http: { method: "GET", path: rawPath },
      },
      isBase64Encoded: false,
    }) as never;

  test.each([
    "/api/work-items/tool%3Awork-item%3Aconn_work000001%3Aa%2Fb%20c%23d",
    "/api/work-items/tool:work-item:conn_work000001:a/b c#d",
  ])("the id in %s is understood, decoded by the gateway or not", async (rawPath) => {
    const rig = await AppRig.create();
    const handler = createHandler(rig.deps);
    const answer = await handler(event(rawPath));
    // White space is no part of any id; the rest of the path arrived whole.
    expect([answer.statusCode, JSON.parse(answer.body ?? "")]).toMatchObject([
      400,
      { error: { requestId: "gw-1", issues: [{ path: "id" }] } },
    ]);
  });

  test("an id with a slash reaches the same item either way", async () => {
    const rig = await AppRig.create();
    const handler = createHandler(rig.deps);
    for (const rawPath of [
      "/api/work-items/tool%3Awork-item%3Aconn_work000001%3Aa%2Fb",
      "/api/work-items/tool:work-item:conn_work000001:a/b",
    ]) {
      expect((await handler(event(rawPath))).statusCode).toBe(404);
    }
  });
});
