import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { PulledPage, Source } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import type { ConnectionId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import { scanAll } from "#shared/store/list.ts";
import { goal, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { ConnectionDetail } from "../connections/connection-answers.ts";
import { DryRunAnswer } from "./dry-run.ts";

const secret = "s3cr3t-key";
const baseUrl = "https://suite.example/x";
const draft = { connector: "suite", name: "Ours", draft: true, settings: { baseUrl, key: secret } };

const requirements = [
  { name: "read:things", isHeld: true, neededFor: "Things at all", isRequired: true },
  { name: "read:links", isHeld: false, neededFor: "Links between things", isRequired: false },
];
const choices = [
  {
    field: "rooms",
    title: "Rooms",
    emptyMeans: "Nothing is read",
    isCut: false,
    options: [
      { value: "r1", label: "Red room", count: 12 },
      { value: "r2", label: "Blue room", hint: "archived" },
      { value: "r3", label: "Green room", count: 3 },
    ],
  },
];
const suggestions = [
  { field: "goalFields", value: ["Goal"], why: "12 things carry a goal there." },
];

/** A suite that shows what it has, and reads two pages: one of work, one that nobody shall see. */
async function rigged(source: Partial<Source> = {}): Promise<AppRig> {
  const rig = await AppRig.create();
  rig.probeSuite = async () => ({
    identity: "svc on suite",
    gaps: [],
    requirements,
    credential: { kind: "Key", expiresAt: "2026-03-22T09:00:00.000Z" as never },
  });
  rig.source = ({ connectionId }) => ({
    discover: async () => ({ choices, suggestions }),
    readByIds: async () => ({ changes: [], rejected: [] }),
    pull: () => pages(sample(connectionId)),
    ...source,
  });
  return rig;
}

async function* pages(
  changes: readonly Change[],
  rest: Partial<PulledPage> = {},
): AsyncIterable<PulledPage> {
  const recordsRead = changes.length;
  const rejected = [{ record: "thing 9", reason: "title: missing" }];
  yield { changes, rejected, recordsRead, recordsTotal: 40, position: "p", isLast: false, ...rest };
  throw new Error("A sample asks for no more than it shows");
}

function sample(connectionId: ConnectionId): readonly Change[] {
  const item = (name: string) => factId("work-item", "suite", connectionId, name);
  const goalId = factId("goal", "suite", connectionId, "g");
  const own = { connectionId };
  const fillers = Array.from({ length: 196 }, (_, n) =>
    upserted({ ...workItem(`f${n}`), ...own, id: item(`f${n}`), parentId: item("epic") }),
  );
  return [
    upserted({ ...goal("g"), ...own, id: goalId }),
    upserted({ ...workItem("linked"), ...own, id: item("linked") }, [
      linkTo(item("linked"), goalId),
    ]),
    upserted({ ...workItem("epic"), ...own, id: item("epic") }),
    upserted({ ...workItem("child"), ...own, id: item("child"), parentId: item("elsewhere") }),
    ...fillers,
  ];
}

async function drafted(rig: AppRig): Promise<string> {
  const { body } = await rig.send("POST", "/api/connections", { json: draft });
  return ConnectionDetail.parse(body).id;
}

describe("a draft", () => {
  test("is tried and kept, but nothing is read through it", async () => {
    const rig = await rigged();
    const { status, body } = await rig.send("POST", "/api/connections", { json: draft });
    expect([status, body]).toMatchObject([201, { status: "draft", settings: { rooms: [] } }]);
    expect(rig.messages).toEqual([]);
    expect((await scanAll(rig.hub.table)).some((item) => item["type"] === "cursor")).toBe(false);
  });

  test("is neither a source that is being read nor one to filter by", async () => {
    const rig = await rigged();
    const { text: before } = await rig.get("/", { accept: "text/html" });
    await drafted(rig);
    const { text } = await rig.get("/", { accept: "text/html" });
    expect(before).not.toContain("Sources are still being read");
    expect(text).not.toContain("Sources are still being read");
    expect(text).not.toContain(">Ours<");
  });

  test("shows what its tool calls things as text, whatever it is", async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='a()'>`;
    const [choice] = choices;
    const rig = await rigged({
      discover: async () => ({
        choices: [
          {
            ...choice,
            title: hostile,
            emptyMeans: hostile,
            isCut: true,
            field: "rooms",
            options: [{ value: hostile, label: hostile, hint: hostile }],
          },
        ],
        suggestions: [{ field: "goalFields", value: [hostile], why: hostile }],
      }),
      pull: async function* refusing(): AsyncIterable<PulledPage> {
        yield {
          changes: [],
          rejected: [{ record: hostile, reason: hostile }],
          recordsRead: 1,
          position: "p",
          isLast: false,
        };
        throw new HubError("connector.forbidden", hostile);
      },
    });
    rig.probeSuite = async () => ({
      identity: hostile,
      gaps: [{ what: hostile, why: hostile }],
      requirements: [{ name: hostile, isHeld: false, neededFor: hostile, isRequired: false }],
      credential: { kind: hostile.slice(0, 60) },
    });
    const id = await drafted(rig);
    await rig.send("PATCH", `/api/connections/${id}`, { json: { settings: { rooms: [hostile] } } });
    for (const step of ["", "/choose", "/mapping", "/sample"]) {
      const page = await rig.get(`/connections/${id}/setup${step}`, { accept: "text/html" });
      expect([step, page.status]).toEqual([step, 200]);
      expect(page.text).not.toMatch(/<script>alert|<img/u);
      expect(page.text).toContain("&lt;script&gt;");
    }
  });

  test("whose credentials are refused is not kept", async () => {
    const rig = await rigged();
    rig.probeSuite = async () => {
      throw new HubError("connector.unauthorized", "The key is wrong");
    };
    expect((await rig.send("POST", "/api/connections", { json: draft })).status).toBe(422);
    expect(rig.secrets.values.size).toBe(0);
  });

  test("tells what the account may do, what there is to choose, and what we would suggest", async () => {
    const rig = await rigged();
    const { status, body } = await rig.get(`/api/connections/${await drafted(rig)}/discovery`);
    expect([status, body]).toMatchObject([
      200,
      { identity: "svc on suite", requirements, choices, suggestions },
    ]);
  });

  test("cannot be paused, reconciled or read again before it is started", async () => {
    const rig = await rigged();
    const id = await drafted(rig);
    for (const verb of ["pause", "resume", "backfill", "reconcile", "quarantine/retry"]) {
      const { status } = await rig.send("POST", `/api/connections/${id}/${verb}`, { json: {} });
      expect([verb, status]).toEqual([verb, 409]);
    }
  });

  test("starts when every setting is there, once", async () => {
    const rig = await rigged();
    const id = await drafted(rig);
    const start = () => rig.send("POST", `/api/connections/${id}/start`);
    expect(await start()).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: "settings.rooms" }] } },
    });
    expect(rig.messages).toEqual([]);
    const json = { settings: { rooms: ["r1"] } };
    await rig.send("PATCH", `/api/connections/${id}`, { json });
    expect(rig.messages).toEqual([]);
    expect(await start()).toMatchObject({ status: 202, body: { status: "active", percent: 0 } });
    expect(rig.messages).toEqual([{ kind: "pull", connectionId: id, collection: "things" }]);
    expect((await start()).status).toBe(409);
  });

  test("lets the routing's defaults hold with its start, and leaves what somebody has set", async () => {
    const started = async (rig: Awaited<ReturnType<typeof rigged>>) => {
      const id = await drafted(rig);
      const json = { settings: { rooms: ["r1"] } };
      await rig.send("PATCH", `/api/connections/${id}`, { json });
      expect((await rig.send("POST", `/api/connections/${id}/start`)).status).toBe(202);
      return (await rig.get("/api/routing")).body;
    };
    const rig = await rigged();
    expect((await rig.get("/api/routing")).body).toMatchObject({ isDefault: true });
    expect(await started(rig)).toMatchObject({ isDefault: false, baselineMinutes: 60 });
    const other = await rigged();
    await other.send("PUT", "/api/routing", { json: { baselineMinutes: 5 } });
    expect(await started(other)).toMatchObject({ isDefault: false, baselineMinutes: 5 });
  });

  test("of a workspace that is connected already cannot be started", async () => {
    const rig = await rigged();
    const settings = { ...draft.settings, rooms: ["r1"] };
    const json = { ...draft, settings };
    await rig.send("POST", "/api/connections", { json: { ...json, draft: false } });
    const { body } = await rig.send("POST", "/api/connections", { json });
    const { id } = ConnectionDetail.parse(body);
    expect((await rig.send("POST", `/api/connections/${id}/start`)).status).toBe(409);
  });

  test("is no source of anything: verdicts do not wait for it", async () => {
    const rig = await rigged();
    await rig.hub.apply(upserted(workItem("lonely")));
    await drafted(rig);
    await rig.hub.apply(upserted(workItem("lonely", { version: 1 })));
    expect((await rig.hub.openSignals()).map(({ rule }) => rule)).toEqual(["unlinked-work"]);
  });
});

describe("a dry run", () => {
  const run = async (rig: AppRig) => {
    const answer = await rig.send("POST", `/api/connections/${await drafted(rig)}/dry-run`);
    return { ...answer, result: DryRunAnswer.parse(answer.body) };
  };

  test("says what would become of a sample, and stores nothing", async () => {
    const rig = await rigged();
    const before = JSON.stringify((await scanAll(rig.hub.table)).length);
    const { result } = await run(rig);
    expect(result).toMatchObject({
      isWhole: false,
      collections: [{ name: "things", ended: "part", recordsTotal: 40 }],
      notUnderstood: [{ collection: "things", record: "thing 9", reason: "title: missing" }],
    });
    expect(result.normalized).toContainEqual(
      expect.objectContaining({ type: "goal", kind: "objective", count: 1 }),
    );
    // The draft itself, and the word that its consent is none.
    const after = await scanAll(rig.hub.table);
    expect(after.length - Number(before)).toBe(1);
    expect(rig.messages).toEqual([]);
  });

  test("judges work by the sample, and calls unknown what hangs on a record beyond it", async () => {
    const rig = await rigged();
    const { result } = await run(rig);
    const verdicts = new Map(result.verdicts.map((one) => [one.kind, one]));
    expect(verdicts.get("linked")).toMatchObject({ count: 1 });
    expect(verdicts.get("unknown")).toMatchObject({
      count: 1,
      examples: [{ title: "Work child", reason: "parent-unread" }],
    });
    expect(verdicts.get("unlinked")?.examples).toHaveLength(3);
    // The epic is one alert, whatever hangs under it.
    expect(result.alerts).toMatchObject([{ rule: "unlinked-work", count: 1 }]);
  });

  test("reads what stands above the sample by id, for its verdicts, without counting it", async () => {
    const rig = await rigged();
    const asked: string[][] = [];
    const shared = rig.source;
    rig.source = (context) => {
      const { connectionId } = context;
      const ids = (type: "work-item" | "goal", name: string) =>
        factId(type, "suite", connectionId, name);
      const id = ids("work-item", "elsewhere") as WorkItemId;
      const top = ids("goal", "top") as GoalId;
      const known: readonly Change[] = [
        upserted({ ...workItem("elsewhere"), connectionId, id }, [linkTo(id, top)]),
        upserted({ ...goal("top"), connectionId, id: top }),
      ];
      return {
        ...shared(context),
        readByIds: async (_collection, wanted) => {
          asked.push(wanted.map((one) => one.split(":").at(-1) ?? ""));
          const changes = known.filter(
            (change) => change.kind === "upserted" && wanted.includes(change.record.id),
          );
          return { changes, rejected: [] };
        },
      };
    };
    const { result } = await run(rig);
    expect(asked).toEqual([["elsewhere"], ["top"]]);
    expect(result.recordsAbove).toBe(2);
    const linked = result.verdicts.find(({ kind }) => kind === "linked");
    expect(linked).toMatchObject({ count: 2 });
  });

  test("of one last page that holds more than a sample does not claim to be all there is", async () => {
    const rig = await rigged();
    const shared = rig.source;
    rig.source = (context) => ({
      ...shared(context),
      pull: () => {
        const more = { ...workItem("more"), connectionId: context.connectionId };
        return pages([...sample(context.connectionId), upserted(more)], { isLast: true });
      },
    });
    const { result } = await run(rig);
    expect(result).toMatchObject({ isWhole: false, collections: [{ ended: "part" }] });
  });

  test("of pages that say all there is says so", async () => {
    const rig = await rigged();
    const shared = rig.source;
    rig.source = (context) => ({
      ...shared(context),
      pull: () => pages(sample(context.connectionId).slice(0, 4), { isLast: true }),
    });
    const { result } = await run(rig);
    expect(result).toMatchObject({ isWhole: true, collections: [{ ended: "whole" }] });
  });

  test("looks at two hundred records at most, of one page", async () => {
    const { result } = await run(await rigged());
    expect(result.verdicts.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(200);
  });

  test("of a tool that hangs ends in time, with what there is", async () => {
    const rig = await rigged({
      pull: async function* hanging() {
        // The clock is advanced only when the tool is being waited for.
        setImmediate(() => rig.hub.clock.advance(16_000));
        await new Promise(() => undefined);
        yield {} as PulledPage;
      },
    });
    const { status, result } = await run(rig);
    expect(status).toBe(200);
    expect(result).toMatchObject({ collections: [{ ended: "time", records: 0 }], verdicts: [] });
  });

  test("of a collection that is refused says why, in the tool's words", async () => {
    const rig = await rigged({
      // eslint-disable-next-line require-yield -- It refuses before its first page.
      pull: async function* refusing(): AsyncIterable<PulledPage> {
        throw new HubError("connector.forbidden", "The account may not see things");
      },
    });
    const { result } = await run(rig);
    expect(result.collections).toMatchObject([
      { ended: "refused", problem: "The account may not see things" },
    ]);
  });

  test("knows the goals of tools that are connected already", async () => {
    const rig = await rigged({});
    await rig.hub.apply(upserted(goal("north")));
    rig.source = ({ connectionId }) => {
      const id = factId("work-item", "suite", connectionId, "w");
      const change = upserted({ ...workItem("w"), connectionId, id }, [
        linkTo(id, goal("north").id),
      ]);
      const readByIds = async () => ({ changes: [], rejected: [] });
      return { readByIds, pull: () => pages([change], { isLast: true }) };
    };
    const { result } = await run(rig);
    expect(result).toMatchObject({ isWhole: true, verdicts: [{ kind: "linked", count: 1 }] });
  });
});

describe("the pages of setting up", () => {
  const html = { accept: "text/html" };

  test("lead a person from credentials to the start, without a script", async () => {
    const rig = await rigged();
    const form = {
      connector: "suite",
      draft: "on",
      name: "Ours",
      "settings.baseUrl": baseUrl,
      "settings.key": secret,
    };
    const begun = await rig.send("POST", "/connections", { form });
    const setup = begun.headers.get("location") ?? "";
    expect([begun.status, setup]).toEqual([303, expect.stringMatching(/\/setup$/u)]);

    const check = await rig.get(setup, html);
    expect(check.text).toContain("svc on suite");
    expect(check.text).toMatch(/Missing[\s\S]*Needed for[\s\S]*Links between things/u);

    const choose = `${setup}/choose`;
    expect((await rig.get(choose, html)).text).toContain("nothing is read");
    const saved = await rig.send("POST", choose, {
      form: { act: "save", "choice.rooms": "r1" },
    });
    expect(saved.headers.get("location")).toBe(`${setup}/mapping`);

    const mapping = await rig.get(`${setup}/mapping`, html);
    expect(mapping.text).toContain("12 things carry a goal there.");
    expect(mapping.text).toMatch(/name="pick\.goalFields"\s+value="Goal"\s+checked/u);
    const mapped = await rig.send("POST", `${setup}/mapping`, {
      form: { "pick.goalFields": "Goal", "settings.goalFields": "Aim\nGoal" },
    });
    expect(mapped.headers.get("location")).toBe(`${setup}/sample`);

    const tried = await rig.get(`${setup}/sample`, html);
    expect(tried.text).toContain("counts as unknown here");
    expect(tried.text).toContain("title: missing");
    expect(tried.text).not.toContain(secret);

    const page = setup.replace("/setup", "");
    const started = await rig.send("POST", `${page}/start`);
    expect(started.headers.get("location")).toBe(`${page}?did=started`);
    const { body } = await rig.get(`/api${page}`);
    expect(body).toMatchObject({
      status: "active",
      settings: { rooms: ["r1"], goalFields: ["Goal", "Aim"] },
    });
    expect((await rig.get(setup, html)).headers.get("location")).toBe(page);
  });

  test("search, select all and none keep what was chosen, and save nothing", async () => {
    const rig = await rigged();
    const choose = `/connections/${await drafted(rig)}/setup/choose`;
    const press = async (form: Record<string, string>) =>
      (await rig.send("POST", choose, { form })).text;
    const checked = (text: string) =>
      [...text.matchAll(/name="choice\.rooms"\s+value="(\w+)"\s+checked/gu)].map(([, v]) => v);
    const searched = await press({ act: "search", "search.rooms": "BLUE", "choice.rooms": "r1" });
    expect(searched).toMatch(/type="hidden" name="choice\.rooms" value="r1"/u);
    expect(searched).not.toContain("Green room");
    expect(checked(await press({ act: "all:rooms" }))).toEqual(["r1", "r2", "r3"]);
    expect(checked(await press({ act: "none:rooms", "choice.rooms": "r2" }))).toEqual([]);
    expect(await press({ act: "search", "search.rooms": "pink" })).toContain("Nothing here");
    const { body } = await rig.get(`/api${choose.replace("/setup/choose", "")}`);
    expect(body).toMatchObject({ settings: { rooms: [] } });
  });

  test("a needed right that is missing stops the way on, and says so", async () => {
    const rig = await rigged();
    rig.probeSuite = async () => ({
      identity: "svc",
      gaps: [],
      requirements: [
        { name: "read:things", isHeld: false, neededFor: "Things at all", isRequired: true },
      ],
    });
    const { text } = await rig.get(`/connections/${await drafted(rig)}/setup`, html);
    expect(text).toContain("Missing, and needed");
    expect(text).not.toContain("Go on</a>");
  });

  test("a tool that answers no more is said so on the page, with a way to try again", async () => {
    const rig = await rigged();
    const id = await drafted(rig);
    rig.probeSuite = async () => {
      throw new HubError("connector.rate-limited", "The suite asks to wait");
    };
    const { status, text } = await rig.get(`/connections/${id}/setup`, html);
    expect([status, text]).toEqual([422, expect.stringContaining("The suite asks to wait")]);
    expect(text).toContain("Check again");
  });

  test("starting too early says what is missing, and giving up forgets it", async () => {
    const rig = await rigged();
    const id = await drafted(rig);
    const early = await rig.send("POST", `/connections/${id}/start`);
    expect([early.status, early.text]).toEqual([
      400,
      expect.stringContaining("still missing: rooms"),
    ]);
    const gone = await rig.send("POST", `/connections/${id}/cancel`);
    expect(gone.headers.get("location")).toBe("/connections?did=cancelled");
    expect(rig.messages).toEqual([{ kind: "remove", connectionId: id }]);
  });

  test("a draft shows among the connections, with the way on", async () => {
    const rig = await rigged();
    const id = await drafted(rig);
    const { text } = await rig.get("/connections", html);
    expect(text).toContain(`href="/connections/${id}/setup"`);
    expect((await rig.get(`/connections/${id}`, html)).headers.get("location")).toBe(
      `/connections/${id}/setup`,
    );
  });
});
