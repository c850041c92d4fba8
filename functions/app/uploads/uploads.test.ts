import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { csv } from "#connectors/csv/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import { rememberErased } from "#shared/store/erasures.ts";
import { scanAll } from "#shared/store/list.ts";
import {
  account,
  accountId,
  person,
  personId,
  upserted,
  workConnection,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { ErrorAnswer } from "../http/error-envelope.ts";
import { UploadAnswer, UploadsAnswer } from "./upload-answers.ts";

function open(): Promise<AppRig> {
  return AppRig.create({ registry: new Registry([csv]) });
}

const good = [
  "Personalnummer;Vorname;Nachname;E-Mail;Vorgesetzter;Abteilung;Gehalt",
  "1;Mia;Sommer;mia@acme.example;;Leitung;90000",
  "2;Noah;Winter;noah@acme.example;mia@acme.example;Technik;70000",
  '3;Ida;"Herbst; ""die Große""";ida@acme.example;1;Technik;70001',
].join("\r\n");

async function upload(rig: AppRig, content: string, kind = "people"): Promise<UploadAnswer> {
  const { status, body } = await rig.send("POST", "/api/uploads", {
    json: { kind, content, fileName: "C:\\people.csv" },
  });
  expect([status, body]).toMatchObject([201, {}]);
  return UploadAnswer.parse(body);
}

async function apply(rig: AppRig, id: string, json: object = {}) {
  return rig.send("POST", `/api/uploads/${id}/apply`, { json });
}

async function peopleOf(rig: AppRig) {
  const { body } = await rig.get("/api/uploads");
  const [place] = UploadsAnswer.parse(body).connections;
  const kind = place?.kinds.find(({ name }) => name === "people");
  return { id: place?.id ?? "", kind };
}

describe("a file of people", () => {
  test("is looked at first, and applied as a whole", async () => {
    const rig = await open();
    const preview = await upload(rig, good);
    expect(preview).toMatchObject({
      fileName: "people.csv",
      delimiter: ";",
      rows: 3,
      added: 3,
      changed: 0,
      vanished: 0,
      problemCount: 0,
    });
    expect((await peopleOf(rig)).kind?.current).toBeUndefined();
    expect((await apply(rig, preview.id)).status).toBe(202);
    const { id, kind } = await peopleOf(rig);
    expect(kind).toMatchObject({
      current: { fileName: "people.csv", rows: 3 },
      events: [{ did: "applied", added: 3 }],
    });
    expect(rig.messages.slice(-2)).toEqual([
      { kind: "pull", connectionId: id, collection: "people" },
      { kind: "reconcile", connectionId: id, collection: "people" },
    ]);
    expect((await rig.get(`/api/uploads/${preview.id}`)).status).toBe(404);
  });

  test("keeps no column that is for nothing, neither staged nor applied nor in a log", async () => {
    const rig = await open();
    const { id } = await upload(rig, good);
    expect(JSON.stringify(await scanAll(rig.hub.table))).not.toContain("90000");
    await apply(rig, id);
    expect(JSON.stringify(await scanAll(rig.hub.table))).not.toContain("90000");
    expect(JSON.stringify(rig.hub.logs)).not.toMatch(/acme\.example|Sommer|people\.csv/u);
  });

  test("that names somebody who was erased is refused before any of it is kept", async () => {
    const rig = await open();
    await rememberErased(rig.hub.table, ["noah@acme.example"], rig.hub.clock.now());
    const { status, body } = await rig.send("POST", "/api/uploads", {
      json: { kind: "people", content: good, fileName: "people.csv" },
    });
    expect(status).toBe(400);
    expect(ErrorAnswer.parse(body).error.issues).toMatchObject([{ path: "line 3, column 4" }]);
    expect(JSON.stringify(await scanAll(rig.hub.table))).not.toMatch(/noah|Winter/u);
  });

  test("one wrong line refuses all, with line and column, and nothing changes", async () => {
    const rig = await open();
    await apply(rig, (await upload(rig, good)).id);
    const before = (await peopleOf(rig)).kind;
    const bad = await upload(
      rig,
      good.replace("mia@acme.example;Technik", "nobody@x.example;Technik"),
    );
    expect(bad).toMatchObject({
      problemCount: 1,
      problems: [{ line: 3, column: 5, header: "Vorgesetzter" }],
    });
    const { status, body } = await apply(rig, bad.id);
    expect(status).toBe(400);
    expect(ErrorAnswer.parse(body).error.issues).toMatchObject([{ path: "line 3, column 5" }]);
    expect((await peopleOf(rig)).kind).toEqual(before);
    const list = await rig.get(`/uploads/${bad.id}/mistakes.csv`);
    expect(list.text).toContain("3,5,Vorgesetzter,");
  });

  test("that loses more than 30 % asks first; undoing it returns to the former file", async () => {
    const rig = await open();
    await apply(rig, (await upload(rig, good)).id);
    const less = good.split("\r\n").slice(0, 2).join("\r\n");
    const second = await upload(rig, less);
    expect(second).toMatchObject({ vanished: 2, needsConsent: true, vanishedKeys: ["2", "3"] });
    expect((await apply(rig, second.id)).status).toBe(409);
    expect((await apply(rig, second.id, { acceptsVanishing: true })).status).toBe(202);
    const { id, kind } = await peopleOf(rig);
    expect(kind).toMatchObject({ current: { rows: 1 }, former: { rows: 3 } });
    expect(rig.messages.at(-1)).toMatchObject({ kind: "reconcile", acceptsShrink: true });
    const json = { connectionId: id, kind: "people" };
    expect((await rig.send("POST", "/api/uploads/undo", { json })).status).toBe(202);
    expect((await peopleOf(rig)).kind).toMatchObject({
      current: { rows: 3 },
      former: { rows: 1 },
      events: [{ did: "undone", added: 2 }, {}, {}],
    });
  });

  test("two applied at once: one wins whole, the other is told", async () => {
    const rig = await open();
    await apply(rig, (await upload(rig, good)).id);
    const [a, b] = [
      await upload(rig, good.replace("Ida", "Ada")),
      await upload(rig, good.replace("Ida", "Eda")),
    ];
    const answers = await Promise.all([apply(rig, a.id), apply(rig, b.id)]);
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      202, 409,
    ]);
    expect((await peopleOf(rig)).kind?.events).toHaveLength(2);
  });

  test("a crash between rows and switch leaves the former file in force, and the next apply goes on", async () => {
    const rig = await open();
    await apply(rig, (await upload(rig, good)).id);
    const before = (await peopleOf(rig)).kind?.current;
    const second = await upload(rig, good.replace("Ida", "Ada"));
    const { table } = rig.hub;
    let puts = 0;
    const dying = await AppRig.create({
      registry: new Registry([csv]),
      table: {
        get: (key) => table.get(key),
        batchGet: (keys) => table.batchGet(keys),
        query: (request) => table.query(request),
        scan: (request) => table.scan(request),
        write: (write) => table.write(write),
        add: (...given) => table.add(...given),
        usage: () => table.usage(),
        transact: (writes) => {
          puts += 1;
          // The claim and the first part get through.
          return puts > 2 ? Promise.reject(new Error("died")) : table.transact(writes);
        },
      },
      clock: rig.hub.clock,
      random: () => "9999999999",
    });
    expect((await apply(dying, second.id)).status).toBe(500);
    expect((await peopleOf(rig)).kind?.current).toEqual(before);
    expect((await apply(rig, second.id)).status).toBe(409);
    rig.hub.clock.advance(16 * 60_000);
    expect((await apply(rig, second.id)).status).toBe(202);
    rig.hub.clock.advance(16 * 60_000);
    await apply(rig, (await upload(rig, good.replace("Ida", "Eda"))).id);
    const parts = (await scanAll(table)).filter(({ sk }) => sk.startsWith("record#parts#"));
    const generations = new Set(
      parts.map(({ sk }) => sk.replace("record#parts#", "").split(".")[0]),
    );
    expect(generations.size).toBe(2);
    expect(generations).not.toContain("9999999999");
  });

  test.each([
    ["gzip", gzipSync(Buffer.from(good))],
    ["UTF-16", Buffer.from(`\uFEFF${good}`, "utf16le")],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${good}`)],
  ])("is read in %s", async (_what, bytes) => {
    const rig = await open();
    const json = { kind: "people", contentBase64: Buffer.from(bytes).toString("base64") };
    const { body } = await rig.send("POST", "/api/uploads", { json });
    expect(UploadAnswer.parse(body)).toMatchObject({ rows: 3, problemCount: 0 });
  });

  test("dates that may be either are asked for in the mapping", async () => {
    const rig = await open();
    const preview = await upload(rig, "id,name,start date\n1,A,03/04/2026\n2,B,05/06/2026");
    expect(preview).toMatchObject({ isDateOrderOpen: true, problemCount: 1 });
    const json = { columns: { id: 0, name: 1, startOn: 2 }, dateOrder: "day-month-year" };
    const { body } = await rig.send("PUT", `/api/uploads/${preview.id}/mapping`, { json });
    expect(body).toMatchObject({ problemCount: 0 });
  });

  test("a column whose content was not kept is not chosen without the file", async () => {
    const rig = await open();
    const { id } = await upload(rig, good);
    const json = { columns: { id: 0, firstName: 1, lastName: 2, location: 6 } };
    const { status, body } = await rig.send("PUT", `/api/uploads/${id}/mapping`, { json });
    expect([status, ErrorAnswer.parse(body).error.issues?.[0]?.path]).toEqual([
      400,
      "columns.location",
    ]);
  });

  test.each([
    ["", "empty"],
    ["id,name\n", "no rows"],
    ['id,name\n1,"a', "a quote that never closes"],
    ["id,name\n1,a\0b", "a NUL"],
    ["PK\u0003\u0004rest", "an Excel file"],
  ])("%j (%s) is refused with a reason, and nothing is stored", async (content) => {
    const rig = await open();
    const before = await scanAll(rig.hub.table);
    const { status, body } = await rig.send("POST", "/api/uploads", {
      json: { kind: "people", content },
    });
    expect(status).toBe(400);
    expect(ErrorAnswer.parse(body).error.message).toMatch(/\w+ \w+ \w+/u);
    expect(await scanAll(rig.hub.table)).toEqual(before);
  });
});

describe("a file of accounts", () => {
  const jane = accountId("jane");
  const bot = accountId("bot");
  async function withPeople(): Promise<AppRig> {
    const rig = await open();
    await rig.hub.changeConnection(workConnection, (one) => ({ ...one, name: "Our tool" }));
    await rig.hub.apply(
      upserted(person("ann", { name: "Ann Keller", workEmail: "ann@acme.example" })),
      upserted(account("jane", { displayName: "JD" })),
      upserted(account("bot", { displayName: "Deployer" })),
    );
    return rig;
  }
  const matchOf = (rig: AppRig, id: string) => rig.hub.table.get({ pk: id, sk: "match" });

  test("states whose they are as an operator would, and undoing takes that back", async () => {
    const rig = await withPeople();
    const first = await upload(
      rig,
      "tool;account;person\nOur tool;jane;ann@acme.example",
      "accounts",
    );
    expect(first.problems).toEqual([]);
    await apply(rig, first.id);
    expect(await matchOf(rig, jane)).toMatchObject({ personId: personId("ann") });
    const second = await upload(
      rig,
      `account,person\n${bot},bot\n${jane},ann@acme.example`,
      "accounts",
    );
    await apply(rig, second.id);
    expect(await matchOf(rig, bot)).toMatchObject({ exclusion: "bot" });
    const json = { connectionId: second.connectionId, kind: "accounts" };
    await rig.send("POST", "/api/uploads/undo", { json });
    expect(await matchOf(rig, bot)).toBeUndefined();
    expect(await matchOf(rig, jane)).toMatchObject({ personId: personId("ann") });
  });

  test("names nobody by name, and no account that nobody knows", async () => {
    const rig = await withPeople();
    const { problems } = await upload(
      rig,
      "account,person\njane,Ann Keller\nstranger,ann@acme.example",
      "accounts",
    );
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [2, 2],
      [3, 1],
    ]);
  });

  test("comes back from its own export with the same statements", async () => {
    const rig = await withPeople();
    await apply(
      rig,
      (await upload(rig, `account,person\n${bot},bot\n${jane},ann@acme.example`, "accounts")).id,
    );
    const { text } = await rig.get("/exports/accounts.csv");
    const again = await upload(rig, text, "accounts");
    expect(again).toMatchObject({ problemCount: 0, rows: 2, added: 0, changed: 0, vanished: 0 });
  });
});

test.each(["people", "units", "accounts", "goals"])(
  "%s can be taken out as a file",
  async (kind) => {
    const rig = await open();
    const { status, headers, text } = await rig.get(`/exports/${kind}.csv`);
    expect([status, headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    const { body } = await rig.get(`/api/exports/${kind}`);
    expect(body).toMatchObject({ csv: `\uFEFF${text}`, rows: 0 });
  },
);
