import { expect, test } from "vitest";

import { grantSecretName } from "#shared/access/token-keeper.ts";
import { grantId } from "#shared/model/ids.ts";
import { createDocument } from "#shared/store/documents.ts";
import { scanAll } from "#shared/store/list.ts";
import { grantSpec } from "#shared/store/specs.ts";
import { goalConnection, workConnection } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

test("a consent goes with the last connection that rests on it, tokens and all", async () => {
  const rest = { grantId: grantId("0123456789") };
  const rig = await ToolHub.connected({ ...rest, siteId: "a" });
  const now = rig.hub.clock.now();
  await rig.hub.connect(goalConnection, { ...rest, siteId: "b" });
  await rig.secrets.write(grantSecretName(rest.grantId), { accessToken: "t", expiresAtMs: "0" });
  await createDocument(rig.hub.table, grantSpec, {
    type: "grant",
    id: rest.grantId,
    connector: "tool",
    scopes: [],
    sites: [],
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  });
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
