import { describe, expect, test } from "vitest";

import { oauthAppSecretName } from "#shared/access/grants.ts";
import { grantSecretName } from "#shared/access/token-keeper.ts";
import { HubError } from "#shared/errors.ts";
import type { OAuthProvider } from "#shared/kit/oauth.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { Grant } from "#shared/model/grant.ts";
import type { GrantId } from "#shared/model/ids.ts";
import { grantId } from "#shared/model/ids.ts";
import { PullMessage } from "#shared/model/pull.ts";
import type { Queue } from "#shared/ports/queue.ts";
import { createDocument, getDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { grantSpec } from "#shared/store/specs.ts";
import { goalConnection, workConnection } from "#shared/testing/facts.ts";

import { FakeOAuth } from "../../tests/rig/fake-oauth.ts";
import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

function grant(rig: ToolHub, id: GrantId): Grant {
  const now = rig.hub.clock.now();
  return {
    type: "grant",
    id,
    connector: "tool",
    scopes: [],
    sites: [],
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
}

test("a consent goes with the last connection that rests on it, tokens and all", async () => {
  const rest = { grantId: grantId("0123456789") };
  const rig = await ToolHub.connected({ ...rest, siteId: "a" });
  await rig.hub.connect(goalConnection, { ...rest, siteId: "b" });
  await rig.secrets.write(grantSecretName(rest.grantId), { accessToken: "t", expiresAtMs: "0" });
  await createDocument(rig.hub.table, grantSpec, grant(rig, rest.grantId));
  const left = async () =>
    (await scanAll(rig.hub.table)).filter(({ pk }) => pk === rest.grantId).length;
  await pull(rig.deps, { kind: "remove", connectionId: workConnection });
  expect([await left(), rig.secrets.values.has(grantSecretName(rest.grantId))]).toEqual([1, true]);
  await pull(rig.deps, { kind: "remove", connectionId: goalConnection });
  expect([await left(), rig.secrets.values.has(grantSecretName(rest.grantId))]).toEqual([0, false]);
});

test("a consent that led to no connection goes when it is told to, and one in use stays", async () => {
  const used = grantId("0123456789");
  const rig = await ToolHub.connected({ grantId: used, siteId: "a" });
  const unused = grantId("9876543210");
  for (const id of [used, unused]) {
    await rig.secrets.write(grantSecretName(id), { accessToken: "t", expiresAtMs: "0" });
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
  }
  expect(rig.secrets.values.has(grantSecretName(used))).toBe(true);
  expect(rig.secrets.values.has(grantSecretName(unused))).toBe(false);
});

describe("a consent at a vendor who", () => {
  const id = grantId("0123456789");

  async function consented(oauth: OAuthProvider) {
    const rig = await ToolHub.connected();
    const connector = { ...rig.tool.connector, oauth: async () => oauth };
    Object.assign(rig.deps, { registry: new Registry([connector]) });
    const app = { clientId: "c", clientSecret: "s" };
    await rig.secrets.write(oauthAppSecretName("tool"), app);
    const tokens = { accessToken: "a", refreshToken: "refresh-1", expiresAtMs: "0" };
    await rig.secrets.write(grantSecretName(id), tokens);
    await createDocument(rig.hub.table, grantSpec, grant(rig, id));
    const stored = () => getDocument(rig.hub.table, grantSpec, factKey(id));
    const hasTokens = () => rig.secrets.values.has(grantSecretName(id));
    /** Does what was sent, until nothing more is. Returns how long each piece was to wait. */
    const settle = async () => {
      const waits: number[] = [];
      for (let next = rig.pulls.sent.shift(); next; next = rig.pulls.sent.shift()) {
        waits.push(next.delaySeconds);
        await pull(rig.deps, PullMessage.parse(JSON.parse(next.body)));
      }
      return waits;
    };
    return { rig, stored, hasTokens, settle };
  }

  test("takes it back leaves nothing of it anywhere", async () => {
    const oauth = new FakeOAuth();
    const { rig, stored, hasTokens } = await consented(oauth);
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    expect(oauth.revoked).toEqual(["refresh-1"]);
    expect([await stored(), hasTokens(), rig.pulls.sent]).toEqual([undefined, false, []]);
  });

  test("is down is asked again, and nothing rests on the consent meanwhile", async () => {
    const oauth = new FakeOAuth();
    let failures = 2;
    oauth.beforeRevoke = () => {
      if ((failures -= 1) >= 0) throw new HubError("connector.unavailable", "502");
    };
    const { rig, stored, hasTokens, settle } = await consented(oauth);
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    expect(await stored()).toMatchObject({ status: "revoked" });
    expect(await settle()).toEqual([60, 300]);
    expect(oauth.revoked).toEqual(["refresh-1"]);
    expect([await stored(), hasTokens()]).toEqual([undefined, false]);
  });

  test("stays down is asked five times; then the tokens go all the same, and a note stays", async () => {
    const oauth = new FakeOAuth();
    let asked = 0;
    oauth.beforeRevoke = () => {
      asked += 1;
      throw new HubError("connector.unavailable", "502");
    };
    const { rig, stored, hasTokens, settle } = await consented(oauth);
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    await settle();
    expect([asked, hasTokens()]).toEqual([5, false]);
    expect(await stored()).toMatchObject({ leftAtVendorAt: rig.hub.clock.now() });
    // The clock says it again when the note has served its time.
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    expect([asked, await stored()]).toEqual([5, undefined]);
  });

  test("is down while the hub cannot note its next try is asked again all the same", async () => {
    const oauth = new FakeOAuth();
    let failures = 1;
    oauth.beforeRevoke = () => {
      if ((failures -= 1) >= 0) throw new HubError("connector.unavailable", "502");
    };
    const { rig, stored } = await consented(oauth);
    const deaf: Queue = {
      send: async () => {
        throw new HubError("store.unavailable", "No queue");
      },
    };
    const message = { kind: "remove-grant", grantId: id } as const;
    await expect(pull({ ...rig.deps, pulls: deaf }, message)).rejects.toThrow("No queue");
    // The queue hands the message out again.
    await pull(rig.deps, message);
    expect([oauth.revoked, await stored()]).toEqual([["refresh-1"], undefined]);
  });

  test("is down is asked again though the queue hands out the first message twice", async () => {
    const oauth = new FakeOAuth();
    let failures = 2;
    oauth.beforeRevoke = () => {
      if ((failures -= 1) >= 0) throw new HubError("connector.unavailable", "502");
    };
    const { rig, stored, settle } = await consented(oauth);
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    await settle();
    expect([oauth.revoked, await stored()]).toEqual([["refresh-1"], undefined]);
  });

  test("refuses for good, or offers no way, is not asked again: the note stays at once", async () => {
    const refusing = new FakeOAuth();
    refusing.beforeRevoke = () => {
      throw new HubError("connector.misconfigured", "no such app");
    };
    const { scopes, rotatesRefreshTokens, takenBackAt } = refusing;
    const unable: OAuthProvider = {
      scopes,
      rotatesRefreshTokens,
      takenBackAt,
      authorizeUrl: (app, request) => refusing.authorizeUrl(app, request),
      exchange: (app, request) => refusing.exchange(app, request),
      refresh: (app, request) => refusing.refresh(app, request),
      sites: () => refusing.sites(),
    };
    for (const oauth of [refusing, unable]) {
      const { rig, stored, hasTokens } = await consented(oauth);
      await pull(rig.deps, { kind: "remove-grant", grantId: id });
      expect([hasTokens(), rig.pulls.sent]).toEqual([false, []]);
      expect(await stored()).toHaveProperty("leftAtVendorAt");
    }
  });

  test("is asked again too late, after it was given anew, takes nothing back", async () => {
    const oauth = new FakeOAuth();
    oauth.beforeRevoke = () => {
      throw new HubError("connector.unavailable", "502");
    };
    const { rig, stored, hasTokens, settle } = await consented(oauth);
    await pull(rig.deps, { kind: "remove-grant", grantId: id });
    await updateDocument(rig.hub.table, grantSpec, factKey(id), (one) => {
      return { ...one, status: "active" as const };
    });
    oauth.beforeRevoke = () => undefined;
    await settle();
    expect([oauth.revoked, hasTokens()]).toEqual([[], true]);
    expect(await stored()).toMatchObject({ status: "active" });
  });
});
