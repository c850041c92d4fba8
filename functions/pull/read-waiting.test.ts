import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";

import { waitingMax } from "#shared/access/waiting-addresses.ts";
import { HubError } from "#shared/errors.ts";
import type { Connector, Source, SourceContext } from "#shared/kit/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { Change } from "#shared/model/change.ts";
import { GoalId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import { listGaps } from "#shared/store/connection-parts.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { listWaitingRecords } from "#shared/store/waiting-records.ts";
import {
  goalConnection,
  goalId,
  itemId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

/** A tool of work whose records point to goals by key, and a tool of goals that may be away. */
async function twoTools(count = 1) {
  const goals = { isDown: true, asked: 0 };
  const work = { readById: [] as string[], pulls: 0, isChanged: true };
  const rig = await ToolHub.connected();
  await rig.hub.connect(goalConnection, { connector: "goals", name: "Goals", settings: {} });
  const reading = async ({ resolveUrls }: Pick<SourceContext<never>, "resolveUrls">) => {
    const url = "https://goals/KEY-1";
    const to = (await resolveUrls([url]))(url);
    const goal = GoalId.safeParse(to).data;
    return (native: string): Change => {
      const link = {
        type: "link",
        fromId: itemId(native),
        source: "field",
        confidence: 1,
      } as const;
      return upserted(workItem(native), goal === undefined ? [] : [{ ...link, toId: goal }]);
    };
  };
  const workSource = (context: SourceContext<never>) =>
    ({
      async *pull() {
        const changeOf = await reading(context);
        const natives = Array.from({ length: count }, (_, at) => `w${at}`);
        // What did not change is not in later pulls.
        const changes = work.isChanged ? natives.map(changeOf) : [];
        work.isChanged = false;
        work.pulls += 1;
        yield { changes, rejected: [], position: "p", isLast: true, recordsRead: changes.length };
      },
      async readByIds(_collection: string, ids: readonly string[]) {
        work.readById.push(...ids);
        const changeOf = await reading(context);
        return { changes: ids.map((id) => changeOf(id.split(":").at(-1) ?? "")), rejected: [] };
      },
      isOf: () => true,
    }) as unknown as Source;
  const goalSource = () =>
    ({
      findByKeys: async (keys: readonly string[]) => {
        goals.asked += 1;
        if (goals.isDown) throw new HubError("connector.unavailable", "503");
        return new Map(keys.map((key) => [key, goalId("g1")]));
      },
    }) as unknown as Source;
  const goalTool: Connector = {
    ...rig.tool.connector,
    settings: z.object({}),
    name: "goals",
    recognizeUrl: (url) => (url.host === "goals" ? { key: url.pathname.slice(1) } : undefined),
    source: async () => goalSource,
  };
  const workTool = { ...rig.tool.connector, source: async () => workSource };
  Object.assign(rig.deps, { registry: new Registry([workTool, goalTool]) });
  const links = async () =>
    (await scanAll(rig.hub.table)).filter(({ type }) => type === "link").length;
  const waiting = () => listWaitingRecords(rig.hub.table, workConnection);
  /** The goals are read well now. */
  const goalsAnswer = async () => {
    goals.isDown = false;
    rig.hub.clock.advance(5 * minuteMs);
    await rig.hub.changeConnection(goalConnection, (one) => {
      return { ...one, freshAt: rig.hub.clock.now() };
    });
  };
  const pullWork = async () => {
    rig.hub.clock.advance(minuteMs);
    await pull(rig.deps, rig.pullThings);
  };
  return { rig, goals, work, links, waiting, goalsAnswer, pullWork };
}

describe("records read while a tool did not say what their addresses mean", () => {
  let tools: Awaited<ReturnType<typeof twoTools>>;
  beforeEach(async () => {
    tools = await twoTools();
  });

  test("get their links by themselves once it answers, though they did not change", async () => {
    const { rig, work, links, waiting, goalsAnswer, pullWork } = tools;
    await pullWork();
    expect([await links(), (await waiting()).length]).toEqual([0, 1]);
    expect(await listGaps(rig.hub.table, workConnection)).toMatchObject([
      { what: "Addresses in Goals" },
    ]);
    await pullWork();
    expect(work.readById).toEqual([]);
    await goalsAnswer();
    await pullWork();
    expect([await links(), await waiting()]).toEqual([1, []]);
    expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
  });

  test("wait on when it is away again, and are not read more than once for each time it was well", async () => {
    const { goals, work, links, waiting, goalsAnswer, pullWork } = tools;
    await pullWork();
    await goalsAnswer();
    goals.isDown = true;
    await pullWork();
    await pullWork();
    expect([await links(), (await waiting()).length, work.readById.length]).toEqual([0, 1, 1]);
    await goalsAnswer();
    await pullWork();
    expect([await links(), await waiting()]).toEqual([1, []]);
  });

  test("of a tool that is connected no more wait for nothing", async () => {
    const { rig, waiting, pullWork } = tools;
    await pullWork();
    await rig.hub.changeConnection(goalConnection, (one) => ({ ...one, status: "removing" }));
    await pullWork();
    expect(await waiting()).toEqual([]);
  });

  test("leave no gap behind when the tool they waited for is gone, or has another name", async () => {
    const { rig, goalsAnswer, pullWork } = tools;
    const gaps = () => listGaps(rig.hub.table, workConnection);
    await pullWork();
    await rig.hub.changeConnection(goalConnection, (one) => ({ ...one, name: "Aims" }));
    await goalsAnswer();
    await pullWork();
    expect(await gaps()).toEqual([]);

    const others = await twoTools();
    await others.pullWork();
    await others.rig.hub.table.write({
      kind: "delete",
      key: factKey(goalConnection),
      condition: [],
    });
    await others.pullWork();
    expect(await listGaps(others.rig.hub.table, workConnection)).toEqual([]);
  });

  test("that are many are read whole again though the queue failed in the middle", async () => {
    const { rig, waiting, goalsAnswer, pullWork } = await twoTools(waitingMax + 1);
    await pullWork();
    await goalsAnswer();
    const { pulls } = rig.deps;
    const deaf = async () => {
      throw new HubError("store.unavailable", "No queue");
    };
    rig.hub.clock.advance(minuteMs);
    await pull({ ...rig.deps, pulls: { send: deaf } }, rig.pullThings);
    expect(await waiting()).toHaveLength(1);
    rig.hub.clock.advance(minuteMs);
    await pull({ ...rig.deps, pulls }, rig.pullThings);
    expect(await waiting()).toEqual([]);
    expect(await rig.cursor()).toMatchObject({ mode: "backfill" });
  });

  test("are not listed one by one where they are many: their collection is read whole again", async () => {
    const { rig, work, waiting, goalsAnswer, pullWork } = await twoTools(waitingMax + 1);
    await pullWork();
    expect(await waiting()).toHaveLength(1);
    await goalsAnswer();
    await pullWork();
    expect([await waiting(), work.readById]).toEqual([[], []]);
    expect(await rig.cursor()).toMatchObject({ mode: "backfill" });
  });
});
