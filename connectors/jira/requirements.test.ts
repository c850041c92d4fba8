import { afterEach, describe, expect, test } from "vitest";

import { instantOf } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraSettings } from "./settings.ts";
import { connectionId, startConsentedSite } from "./simulator/consented-site.ts";
import { startJiraSimulator } from "./simulator/server.ts";
import { smallSite } from "./simulator/small-site.ts";
import { createJiraSource } from "./source.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const allScopes = ["read:jira-work", "read:jira-user", "manage:jira-configuration"];

/** A site with a service account that has a scoped token; the source uses it on whichever address. */
async function startScoped(scopes: readonly string[], wanted: Partial<JiraSettings> = {}) {
  const clock = new ManualClock("2026-11-21T08:10:00.000Z");
  const apiTokens = [{ token: "scoped-token", email: "svc@acme.example", scopes: [...scopes] }];
  const service = { accountId: "svc-2", displayName: "Scoped Service", isAdmin: true, apiTokens };
  const seed = { ...smallSite, users: [...smallSite.users, service] };
  const jira = await startJiraSimulator({ seed, clock, burstFactor: 100 });
  cleanups.push(() => jira.close());
  const settings = JiraSettings.parse({
    baseUrl: `${jira.url}/ex/jira/${jira.state.cloudId}`,
    email: "svc@acme.example",
    apiToken: "scoped-token",
    ...wanted,
  });
  const source = createJiraSource(sourceContext({ connectionId, settings, clock }));
  const onSite = { ...settings, baseUrl: jira.url };
  const siteSource = createJiraSource(sourceContext({ connectionId, settings: onSite, clock }));
  return { jira, source, siteSource };
}

describe("the settings", () => {
  const baseUrl = "https://acme.atlassian.net";
  const gateway = "https://api.atlassian.com/ex/jira/6f3c";
  const login = { email: "hub@acme.example", apiToken: "token-of-the-hub" };
  const isFine = (settings: object) => JiraSettings.safeParse(settings).success;

  test("need e-mail and token together, and neither only where a consent can stand in", () => {
    expect(isFine({ baseUrl, ...login })).toBe(true);
    expect(isFine({ baseUrl: gateway })).toBe(true);
    expect(isFine({ baseUrl })).toBe(false);
    expect(isFine({ baseUrl: gateway, email: login.email })).toBe(false);
    const { error } = JiraSettings.safeParse({ baseUrl });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["email", "apiToken"]);
  });

  test("without login and without consent, the probe says which of the two to give", async () => {
    const clock = new ManualClock(instantOf(0));
    const settings = JiraSettings.parse({ baseUrl: gateway });
    const source = createJiraSource(sourceContext({ connectionId, settings, clock }));
    await expect(source.probe()).rejects.toMatchObject({ code: "connector.misconfigured" });
  });
});

describe("a scoped API token", () => {
  test("that holds all its scopes connects, and its end is known if the admin said it", async () => {
    const { source } = await startScoped(allScopes, { tokenExpiresOn: "2027-05-31" });
    const { requirements, credential, gaps } = await source.probe();
    expect(requirements?.map(({ name, isHeld }) => [name, isHeld])).toEqual([
      ["read:jira-work", true],
      ["read:jira-user", true],
      ["manage:jira-configuration", true],
      ["BROWSE_PROJECTS", true],
      ["USER_PICKER", true],
      ["ADMINISTER", true],
    ]);
    expect(credential).toEqual({
      kind: "API token, through the gateway",
      expiresAt: "2027-05-31T00:00:00.000Z",
    });
    expect(gaps).toEqual([]);
  });

  test("is refused with the name of each scope that it needs and lacks", async () => {
    const { source } = await startScoped(["write:jira-work"]);
    const error: unknown = await source.probe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "connector.forbidden" });
    expect(String(error)).toMatch(/lacks read:jira-work .*, read:jira-user /u);
    expect(String(error)).not.toContain("manage:");
  });

  test("on the site's own address is told the gateway's, with the cloud id", async () => {
    const { siteSource, jira } = await startScoped(allScopes);
    const error: unknown = await siteSource.probe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "connector.unauthorized" });
    expect(String(error)).toContain(`https://api.atlassian.com/ex/jira/${jira.state.cloudId}`);
    expect(String(error)).not.toContain("scoped-token");
  });
});

describe("a consent", () => {
  async function probe(wanted: Parameters<typeof startConsentedSite>[0]) {
    const site = await startConsentedSite(wanted);
    cleanups.push(() => site.jira.close());
    return site.source.probe();
  }

  test("that lacks only what the hub can do without connects, and says what is lost", async () => {
    const scopes = ["read:jira-work", "read:jira-user", "offline_access"];
    const { requirements, gaps, credential } = await probe({ scopes });
    expect(requirements?.filter(({ isHeld }) => !isHeld).map(({ name }) => name)).toEqual([
      "manage:jira-webhook",
      "write:jira-work",
    ]);
    expect(requirements?.map(({ name }) => name)).not.toContain("ADMINISTER");
    expect(gaps).toMatchObject([{ what: "Instant updates" }]);
    expect(credential).toEqual({ kind: "Consent to an Atlassian app" });
  });

  test("is refused with the name of each scope that it needs and lacks", async () => {
    await expect(probe({ scopes: ["manage:jira-webhook", "offline_access"] })).rejects.toThrow(
      /The consent lacks read:jira-work .*, read:jira-user /u,
    );
  });

  test("that does not cover the site says so", async () => {
    const settings = { baseUrl: "" };
    const site = await startConsentedSite();
    cleanups.push(() => site.jira.close());
    settings.baseUrl = `${site.jira.url}/ex/jira/another`;
    const source = site.open({ settings: { ...site.settings, ...settings } });
    await expect(source.probe()).rejects.toThrow("does not cover this site");
  });
});
