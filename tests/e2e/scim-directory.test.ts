import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { EntraDirectory } from "#connectors/scim/simulator/identity-provider.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { scanAll } from "#shared/store/list.ts";

import { DirectoryHub } from "./support/directory-hub.ts";
import type { DirectoryClient } from "./support/directory-hub.ts";

const person = (name: string, department: string) => ({
  externalId: name,
  userName: `${name}@directory.example`,
  givenName: name,
  familyName: "Person",
  department,
});

describe("a directory that provisions into the hub", () => {
  let hub: DirectoryHub;
  let client: DirectoryClient;
  let directory: EntraDirectory;
  beforeAll(async () => {
    hub = await DirectoryHub.start();
    client = await hub.connect({ groupsAreTeams: true });
    directory = new EntraDirectory(client);
  }, 60_000);
  afterAll(() => hub.end());

  // The hub gave out both ids itself.
  const connectionId = () => client.connectionId as ConnectionId;
  const idOf = (name: string): PersonId =>
    factId("person", "scim", connectionId(), directory.userId(name));
  const teamOf = (name: string): OrgUnitId =>
    factId("org-unit", "scim", connectionId(), `group-${directory.groupId(name)}`);

  async function stored(pk: string, sk = "0") {
    return hub.hub.table.get({ pk, sk });
  }

  test("is in the graph once the inbox is empty, with its teams", async () => {
    await directory.assign(person("mary", "Optics"));
    await directory.assign({ ...person("ada", "Engines"), manager: "mary" });
    await directory.push("payments", ["ada"]);
    await hub.hub.host.settle();
    expect(await stored(idOf("ada"))).toMatchObject({
      name: "ada Person",
      managerId: idOf("mary"),
      employmentStatus: "active",
    });
    expect(await stored(teamOf("payments"))).toMatchObject({ isDeliveryTeam: true });
    const edges = await hub.hub.table.query({ partition: idOf("ada"), sortPrefix: "membership#" });
    expect(edges.items).toMatchObject([{ unitId: teamOf("payments") }]);
  });

  test("its changes follow at once, and a deactivated person stays", async () => {
    await directory.update(person("ada", "Looms"));
    await hub.hub.host.settle();
    const unitId: unknown = expect.stringMatching(/\/Looms$/u);
    expect(await stored(idOf("ada"))).toMatchObject({ unitId, employmentStatus: "active" });
    await directory.deactivate("ada");
    await hub.hub.host.settle();
    expect(await stored(idOf("ada"))).toMatchObject({ employmentStatus: "inactive" });
  });

  test("when its connection is removed, nothing of it stays, and its token opens nothing", async () => {
    await hub.api("DELETE", `/api/connections/${client.connectionId}`);
    await hub.hub.host.settle();
    expect((await client.send("GET", "/Users")).status).toBe(401);
    const items = await scanAll(hub.hub.table);
    const left = items.filter(
      ({ pk, type }) => pk.startsWith("kept:") || JSON.stringify(type).startsWith(`"sending-token`),
    );
    expect(left).toEqual([]);
    expect(JSON.stringify(items)).not.toContain("@directory.example");
  });
});
