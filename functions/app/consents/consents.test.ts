import { describe, expect, test } from "vitest";
import * as z from "zod";

import { grantSecretName } from "#shared/access/token-keeper.ts";
import { GrantId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { connectionSpec, grantSpec } from "#shared/store/specs.ts";

import { AppRig, publicUrl } from "../../../tests/rig/app-rig.ts";
import { ConnectionDetail } from "../connections/connection-answers.ts";

const clientSecret = "hush-hush-app";
const appOfHub = { clientId: "client-1", clientSecret };
const token = "a-long-and-secret-token";

const Begun = z.object({ address: z.string() });
const Consents = z.object({
  consents: z.array(z.object({ id: GrantId, status: z.string(), sites: z.array(z.unknown()) })),
});

async function withApp(overrides: Parameters<typeof AppRig.create>[0] = {}): Promise<AppRig> {
  const rig = await AppRig.create(overrides);
  await rig.send("PUT", "/api/connectors/suite/oauth-app", { json: appOfHub });
  return rig;
}

/** The cookies of the browser that a test uses, for each hub. */
const jars = new WeakMap<AppRig, string[]>();

async function begin(rig: AppRig, form: Record<string, string> = {}): Promise<URLSearchParams> {
  const { headers } = await rig.send("POST", "/connectors/suite/consents", { form });
  const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
  jars.set(rig, [...(jars.get(rig) ?? []), cookie]);
  return new URL(headers.get("refresh")?.replace(/^0; url=/u, "") ?? "").searchParams;
}

/** The vendor sends the browser back, from another site. */
const fromVendor = { accept: "text/html", "sec-fetch-site": "cross-site" };
const callbackOf = (query: Record<string, string>) =>
  `/oauth/callback?${new URLSearchParams(query).toString()}`;
const back = (rig: AppRig, query: Record<string, string>) =>
  rig.get(callbackOf(query), { ...fromVendor, cookie: (jars.get(rig) ?? []).join("; ") });

async function granted(rig: AppRig): Promise<GrantId> {
  const state = (await begin(rig)).get("state") ?? "";
  await back(rig, { state, code: "c0de" });
  const { body } = await rig.get("/api/consents");
  return Consents.parse(body).consents[0]?.id as GrantId;
}

async function connectedSite(rig: AppRig, grantId: string, siteId: string): Promise<string> {
  const json = {
    connector: "suite",
    name: `Suite ${siteId}`,
    settings: { rooms: ["r1"] },
    grantId,
    siteId,
  };
  const { body } = await rig.send("POST", "/api/connections", { json });
  return ConnectionDetail.parse(body).id;
}

describe("the OAuth app of the hub", () => {
  test("is kept with the secrets, and its secret is never given back", async () => {
    const rig = await withApp();
    const said = await rig.get("/api/connectors");
    expect(said.text).not.toContain(clientSecret);
    expect(said.body).toMatchObject({
      connectors: [
        {},
        {},
        { consent: { isConfigured: true, redirectUri: `${publicUrl}/oauth/callback` } },
      ],
    });
    expect(JSON.stringify(await scanAll(rig.hub.table))).not.toContain(clientSecret);
    expect(JSON.stringify(rig.hub.logs)).not.toContain(clientSecret);
  });

  test("must be entered before anybody can consent", async () => {
    const rig = await AppRig.create();
    const { status, body } = await rig.send("POST", "/api/connectors/suite/consents", { json: {} });
    expect([status, body]).toMatchObject([422, { error: { code: "connector.misconfigured" } }]);
  });

  test("is refused for a connector that knows no consent", async () => {
    const rig = await AppRig.create();
    const to = "/api/connectors/tool/oauth-app";
    expect((await rig.send("PUT", to, { json: appOfHub })).status).toBe(404);
  });
});

describe("a consent", () => {
  test("asks with an unguessable state and a challenge, and comes back to its sites", async () => {
    const rig = await withApp();
    const asked = await begin(rig);
    const state = asked.get("state") ?? "";
    expect(state.length).toBeGreaterThanOrEqual(32);
    expect(asked.get("code_challenge")).toMatch(/^[\w-]{43}$/u);
    expect(asked.get("redirect_uri")).toBe(`${publicUrl}/oauth/callback`);
    const { status, headers } = await back(rig, { state, code: "c0de" });
    expect([status, headers.get("location")]).toEqual([
      303,
      expect.stringMatching(/^\/consents\/grant_\w+$/u),
    ]);
    const [exchanged] = rig.oauth.exchanged;
    expect(exchanged).toMatchObject({ code: "c0de", redirectUri: `${publicUrl}/oauth/callback` });
    expect(exchanged?.codeVerifier.length).toBeGreaterThanOrEqual(43);
    const { body } = await rig.get("/api/consents");
    expect(body).toMatchObject({
      consents: [{ status: "active", sites: [{ name: "Site a" }, { name: "Site b" }] }],
    });
  });

  test("leaves neither code nor tokens in the table, an answer or the log", async () => {
    const rig = await withApp();
    await granted(rig);
    const { text } = await rig.get("/api/consents");
    const everything = JSON.stringify([await scanAll(rig.hub.table), rig.hub.logs, text]);
    for (const secret of ["c0de", "access-", clientSecret]) {
      expect(everything).not.toContain(secret);
    }
  });

  test("ends only in the browser that began it: somebody else's way back is refused", async () => {
    const rig = await withApp();
    const victim = { ...fromVendor, cookie: "throughline_session=x" };
    for (const cookie of [undefined, "own"]) {
      const state = (await begin(rig)).get("state") ?? "";
      // With a consent of its own under way, too, the browser shows only what belongs to that one.
      if (cookie === "own") await begin(rig);
      const headers = { ...victim, ...(cookie && { cookie: jars.get(rig)?.at(-1) ?? "" }) };
      const { status, text } = await rig.get(callbackOf({ state, code: "c0de" }), headers);
      expect([status, text]).toEqual([403, expect.stringContaining("begun in another browser")]);
      // Nor is it any use afterwards, to whoever began it.
      expect((await back(rig, { state, code: "c0de" })).status).toBe(400);
    }
    expect(rig.oauth.exchanged).toEqual([]);
    expect((await rig.get("/api/consents")).body).toEqual({ consents: [] });
  });

  test("marks the browser with a cookie of its own for the way back alone, and keeps only its hash", async () => {
    const rig = await withApp();
    const { headers } = await rig.send("POST", "/connectors/suite/consents", { form: {} });
    const cookie = headers.get("set-cookie") ?? "";
    expect(cookie.split("; ").slice(1).toSorted()).toEqual([
      "HttpOnly",
      "Max-Age=600",
      "Path=/oauth/callback",
      "SameSite=Lax",
      "Secure",
    ]);
    const key = cookie.split(";")[0]?.split("=")[1] ?? "";
    expect(key.length).toBeGreaterThanOrEqual(32);
    expect(JSON.stringify([await scanAll(rig.hub.table), rig.hub.logs])).not.toContain(key);
  });

  test("that a program asks for begins in the browser that opens its address, with a button", async () => {
    const rig = await withApp();
    const json = { writesBack: true };
    const { body } = await rig.send("POST", "/api/connectors/suite/consents", { json });
    const { address } = Begun.parse(body);
    expect(address).toBe(`${publicUrl}/connectors/suite/consents?writesBack=on`);
    const page = await rig.get(address.slice(publicUrl.length), { accept: "text/html" });
    expect(page.headers.get("set-cookie")).toBeNull();
    expect(page.text).toContain('name="writesBack" value="on"');
  });

  test("comes back once: who has the same address again gets nothing", async () => {
    const rig = await withApp();
    const state = (await begin(rig)).get("state") ?? "";
    await back(rig, { state, code: "c0de" });
    const { status, text } = await back(rig, { state, code: "other" });
    expect([status, text]).toEqual([400, expect.stringContaining("used already")]);
    expect(rig.oauth.exchanged).toHaveLength(1);
  });

  test("comes back once also when the same address is opened twice at the same moment", async () => {
    const rig = await withApp();
    const state = (await begin(rig)).get("state") ?? "";
    const both = await Promise.all([
      back(rig, { state, code: "c0de" }),
      back(rig, { state, code: "c0de" }),
    ]);
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      303, 400,
    ]);
    expect(rig.oauth.exchanged).toHaveLength(1);
  });

  test("asks for the right to write only when somebody wants that", async () => {
    const rig = await withApp();
    expect((await begin(rig)).get("scope")).not.toContain("write:things");
    const asked = (await begin(rig, { writesBack: "on" })).get("scope");
    expect(asked?.split(" ")).toEqual([...rig.oauth.scopes, ...rig.oauth.writeScopes]);
  });

  test.each([
    ["unknown", async () => "x".repeat(32)],
    ["empty", async () => ""],
    ["endless", async () => "x".repeat(5000)],
    [
      "older than ten minutes",
      async (rig: AppRig) => {
        const state = (await begin(rig)).get("state") ?? "";
        rig.hub.clock.advance(11 * minuteMs);
        return state;
      },
    ],
  ])("a state that is %s is refused before the vendor is asked", async (_what, stateOf) => {
    const rig = await withApp();
    const { status, text } = await back(rig, { state: await stateOf(rig), code: "c0de" });
    expect([status, text]).toEqual([400, expect.stringContaining("Begin the consent again")]);
    expect(rig.oauth.exchanged).toEqual([]);
  });

  test("that was denied says so, stores nothing, and cannot be used any more", async () => {
    const rig = await withApp();
    const state = (await begin(rig)).get("state") ?? "";
    const { status, text } = await back(rig, { state, error: "access_denied" });
    expect([status, text]).toEqual([200, expect.stringContaining("did not allow it")]);
    expect((await back(rig, { state, code: "c0de" })).status).toBe(400);
    expect((await rig.get("/api/consents")).body).toEqual({ consents: [] });
  });

  test("whose code the vendor refuses stores nothing", async () => {
    const rig = await withApp();
    const state = (await begin(rig)).get("state") ?? "";
    expect((await back(rig, { state, code: "wrong" })).status).toBe(422);
    expect((await rig.get("/api/consents")).body).toEqual({ consents: [] });
    expect([...rig.secrets.values.keys()]).toEqual(["oauth-app/suite"]);
  });

  test("that covers no site is none", async () => {
    const rig = await withApp();
    rig.oauth.consentedSites = [];
    const state = (await begin(rig)).get("state") ?? "";
    expect((await back(rig, { state, code: "c0de" })).text).toContain("covers no site");
    expect((await rig.get("/api/consents")).body).toEqual({ consents: [] });
  });

  test("comes back only to somebody who is signed in", async () => {
    const accessToken = { read: async () => ({ mode: "token" as const, token }) };
    const rig = await AppRig.create({ accessToken });
    const { status, headers } = await back(rig, { state: "s".repeat(32), code: "c0de" });
    expect(status).toBe(303);
    expect(headers.get("location")).toMatch(/^\/sign-in\?next=/u);
  });
});

describe("connections of one consent", () => {
  test("are as many as sites are wanted, each with its grant and site, on one set of tokens", async () => {
    const rig = await withApp();
    const id = await granted(rig);
    let seen: string | undefined;
    rig.probeSuite = async ({ tokens }) => {
      seen = await tokens?.read();
      return { identity: "svc", gaps: [] };
    };
    await connectedSite(rig, id, "a");
    expect(seen).toBe("access-c0de");
    const b = await connectedSite(rig, id, "b");
    const { body } = await rig.get(`/api/connections/${b}`);
    expect(body).toMatchObject({
      consent: { grantId: id, siteId: "b", status: "active" },
      settings: { baseUrl: "https://api.tool.example/b" },
    });
  });

  test("without a consent, what it would have stood in for is what is missing", async () => {
    const rig = await withApp();
    const settings = { baseUrl: "https://suite.example/x", rooms: ["r1"] };
    const json = { connector: "suite", name: "S", settings };
    const answer = await rig.send("POST", "/api/connections", { json });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error: { code: "input.invalid", issues: [{ path: "settings.key" }] } },
    ]);
  });

  test("a site that the consent does not cover cannot be connected", async () => {
    const rig = await withApp();
    const json = { connector: "suite", name: "S", settings: {}, draft: true };
    const grantId = await granted(rig);
    const answer = await rig.send("POST", "/api/connections", {
      json: { ...json, grantId, siteId: "z" },
    });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error: { issues: [{ path: "siteId" }] } },
    ]);
  });

  test("its tokens go only to the address that the consent named", async () => {
    const rig = await withApp();
    const grantId = await granted(rig);
    let probes = 0;
    rig.probeSuite = async () => {
      probes += 1;
      return { identity: "svc", gaps: [] };
    };
    const elsewhere = { baseUrl: "https://elsewhere.example/a" };
    const settings = { rooms: ["r1"], ...elsewhere };
    const json = { connector: "suite", name: "S", settings, grantId, siteId: "a" };
    const refused = { error: { issues: [{ path: "settings.baseUrl" }] } };
    const made = await rig.send("POST", "/api/connections", { json });
    expect([made.status, made.body]).toMatchObject([400, refused]);
    expect(probes).toBe(0);
    const id = await connectedSite(rig, grantId, "a");
    const to = `/api/connections/${id}`;
    const changed = await rig.send("PATCH", to, { json: { settings: elsewhere } });
    expect([changed.status, changed.body]).toMatchObject([400, refused]);
    const rooms = await rig.send("PATCH", to, { json: { settings: { rooms: ["r2"] } } });
    expect(rooms.status).toBe(200);
  });

  test("are over when the hub's app moves to another authorization server", async () => {
    const rig = await withApp();
    const id = await granted(rig);
    const enter = (app: Record<string, string>) =>
      rig.send("PUT", "/api/connectors/suite/oauth-app", { json: { ...appOfHub, ...app } });
    const status = async () => (await getDocument(rig.hub.table, grantSpec, factKey(id)))?.status;
    await enter({ clientSecret: "a-newer-secret" });
    expect(await status()).toBe("active");
    await enter({ authorizationUrl: "https://elsewhere.example" });
    expect(await status()).toBe("revoked");
  });

  test("work again when the consent is given anew, with tokens later than any refresh", async () => {
    const rig = await withApp();
    const id = await granted(rig);
    const connection = ConnectionDetail.parse(
      (await rig.get(`/api/connections/${await connectedSite(rig, id, "a")}`)).body,
    );
    const { table, clock } = rig.hub;
    await updateDocument(table, grantSpec, factKey(id), (grant) => ({
      ...grant,
      status: "revoked" as const,
    }));
    const problem = { code: "connector.unauthorized", message: "over", since: clock.now() };
    await updateDocument(table, connectionSpec, factKey(connection.id as never), (current) => ({
      ...current,
      status: "degraded" as const,
      problem,
    }));
    const sent = rig.messages.length;
    const state = (await begin(rig, { grantId: id })).get("state") ?? "";
    await back(rig, { state, code: "anew" });
    expect(await getDocument(table, grantSpec, factKey(id))).toMatchObject({ status: "active" });
    const { body } = await rig.get(`/api/connections/${connection.id}`);
    expect(body).toMatchObject({ status: "active", credential: { setAt: clock.now() } });
    expect(body).not.toHaveProperty("problem");
    expect(rig.messages.length).toBeGreaterThan(sent);
    expect(rig.secrets.values.get(grantSecretName(id))).toMatchObject({
      accessToken: "access-anew",
      generation: "2",
    });
  });

  test("of a site that the new consent leaves out do not work again, and say why", async () => {
    const rig = await withApp();
    const id = await granted(rig);
    const a = await connectedSite(rig, id, "a");
    const b = await connectedSite(rig, id, "b");
    rig.oauth.consentedSites = rig.oauth.consentedSites.filter((site) => site.id === "a");
    const state = (await begin(rig, { grantId: id })).get("state") ?? "";
    const { headers } = await back(rig, { state, code: "anew" });
    expect((await rig.get(`/api/connections/${a}`)).body).toMatchObject({ status: "active" });
    expect((await rig.get(`/api/connections/${b}`)).body).toMatchObject({
      status: "degraded",
      problem: { code: "connector.forbidden", message: expect.stringContaining("leaves out") },
    });
    const page = await rig.get(headers.get("location") ?? "", { accept: "text/html" });
    expect(page.text).not.toContain("What rests on it works again");
  });

  test("a site without a name, or with an endless one, is named all the same", async () => {
    const rig = await withApp();
    const site = (name: string, siteId: string) => ({
      id: siteId,
      name,
      url: "https://a.tool.example",
      scopes: [],
      settings: { baseUrl: `https://api.tool.example/${siteId}` },
    });
    rig.oauth.consentedSites = [site("", "a"), site("\u05d0".repeat(300), "b")];
    const id = await granted(rig);
    const page = await rig.get(`/consents/${id}`, { accept: "text/html" });
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining("<b>a.tool.example</b>"),
    ]);
    const answer = await rig.send("POST", `/consents/${id}`, { form: { site: "a" } });
    expect(answer.headers.get("location")).toMatch(/setup$/u);
  });

  test("one that still stands at its vendor is named with the place to end it, until seen to", async () => {
    const rig = await withApp();
    const id = await granted(rig);
    const page = () => rig.get("/connections", { accept: "text/html" });
    expect((await page()).text).not.toContain("still stands there");
    await updateDocument(rig.hub.table, grantSpec, factKey(id), (grant) => ({
      ...grant,
      status: "revoked" as const,
      leftAtVendorAt: rig.hub.clock.now(),
    }));
    const { text } = await page();
    expect(text).toContain("Suite (Site a, Site b)");
    expect(text).toContain('href="https://tool.example/apps"');
    expect((await rig.get("/api/consents")).body).toMatchObject({
      consents: [{ leftAtVendorAt: rig.hub.clock.now() }],
    });
    await rig.send("POST", `/consents/${id}/taken-back`, { form: {} });
    expect((await page()).text).not.toContain("still stands there");
    expect((await rig.get("/api/consents")).body).toEqual({ consents: [] });
  });

  test("a consent to be given anew must be one of this connector", async () => {
    const rig = await withApp();
    const json = { grantId: "grant_zzzzzzzzzz" };
    expect((await rig.send("POST", "/api/connectors/suite/consents", { json })).status).toBe(404);
  });

  test("when storing the grant fails, its tokens are taken back", async () => {
    const { table } = (await AppRig.create()).hub;
    const rig = await withApp({
      table: {
        ...table,
        write: async (write) => {
          if (write.kind === "put" && write.item["type"] === "grant") {
            return { applied: false, current: undefined };
          }
          return table.write(write);
        },
      },
    });
    const state = (await begin(rig)).get("state") ?? "";
    expect((await back(rig, { state, code: "c0de" })).status).toBe(409);
    expect([...rig.secrets.values.keys()]).toEqual(["oauth-app/suite"]);
  });
});
