import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { erasePerson } from "#functions/pull/erase-person.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";
import { scanAll } from "#shared/store/list.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { DirectoryHub } from "./support/directory-hub.ts";

const Uploaded = z.looseObject({
  id: z.string(),
  connectionId: ConnectionId,
  problemCount: z.int(),
});

const header = "id;name;work email;manager;department";
const people = [
  "1;Mia Sommer;mia@upload.example;;Leitung",
  "2;Noah Winter;noah@upload.example;1;Technik",
  "3;Ida Herbst;ida@upload.example;1;Technik",
];

describe("files that are uploaded to the hub", () => {
  let hub: DirectoryHub;
  let connection: ConnectionId;
  beforeAll(async () => {
    hub = await DirectoryHub.start();
  }, 60_000);
  afterAll(() => hub.end());

  async function upload(kind: string, lines: readonly string[], acceptsVanishing = false) {
    const body = { kind, content: lines.join("\r\n") };
    const upload = Uploaded.parse(await hub.api("POST", "/api/uploads", body));
    expect(upload.problemCount).toBe(0);
    await hub.api("POST", `/api/uploads/${upload.id}/apply`, { acceptsVanishing });
    await hub.hub.host.settle();
    connection = upload.connectionId;
  }

  const person = (id: string) => factId("person", "csv", connection, id);
  const stored = (pk: string) => hub.hub.table.get({ pk, sk: "0" });

  test("are in the graph once they are applied, people and their units", async () => {
    await upload("people", [header, ...people]);
    expect(await stored(person("2"))).toMatchObject({
      name: "Noah Winter",
      managerId: person("1"),
      unitId: factId("org-unit", "csv", connection, "/Technik"),
    });
  });

  test("come through the page as the bytes that they are", async () => {
    const form = new FormData();
    form.set("kind", "people");
    const packed = gzipSync(Buffer.from([header, ...people].join("\r\n")));
    form.set("file", new Blob([new Uint8Array(packed)]), "people.csv.gz");
    const answer = await fetch(`${hub.hub.url}/uploads`, { method: "POST", body: form });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("as they are");
  });

  test("may be teams of people by their address", async () => {
    await upload("teams", ["name;members", "Alpha;noah@upload.example (lead), 3"]);
    const team = factId("org-unit", "csv", connection, "team/Alpha");
    expect(await stored(team)).toMatchObject({ isDeliveryTeam: true });
    const edges = await hub.hub.table.query({ partition: person("2"), sortPrefix: "membership#" });
    expect(edges.items).toMatchObject([{ unitId: team, isLead: true }]);
  });

  test("lose whom the newest one does not name, and undoing brings them back", async () => {
    await upload("people", [header, ...people.slice(0, 1)], true);
    expect(await stored(person("2"))).toMatchObject({ isRemoved: true });
    await hub.api("POST", "/api/uploads/undo", { connectionId: connection, kind: "people" });
    await hub.hub.host.settle();
    expect(await stored(person("2"))).toMatchObject({ name: "Noah Winter" });
  });

  test("forget who is erased, and nobody else", async () => {
    const deps = {
      table: hub.hub.table,
      clock: systemClock,
      logger: createSilentLogger(),
      random: randomText,
    };
    await erasePerson(deps, person("1"));
    await hub.api("POST", `/api/connections/${connection}/backfill`);
    await hub.hub.host.settle();
    expect(JSON.stringify(await scanAll(hub.hub.table))).not.toContain("mia@upload.example");
    expect(await stored(person("1"))).not.toMatchObject({ name: "Mia Sommer" });
    expect(await stored(person("2"))).toMatchObject({ name: "Noah Winter" });
  });

  test("leave nothing behind when their connection is removed", async () => {
    await hub.api("DELETE", `/api/connections/${connection}`);
    await hub.hub.host.settle();
    const items = await scanAll(hub.hub.table);
    expect(items.filter(({ pk }) => pk.startsWith("kept:"))).toEqual([]);
    expect(JSON.stringify(items)).not.toContain("@upload.example");
  });
});
