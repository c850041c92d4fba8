import { expect, test } from "vitest";
import { hourMs } from "#shared/model/time.ts";
import { scanAll } from "#shared/store/list.ts";
import { blockedBy, goal, itemId, orgUnit, person, upserted, workItem, linkTo, goalId, account, accountId, unitId, workConnection } from "#shared/testing/facts.ts";
import { AppRig } from "../../../tests/rig/app-rig.ts";
const html = { accept: "text/html" };
test("explore", async () => {
  const probe = await company();
  const types = [...new Set((await scanAll(probe.hub.table)).map((i) => String(i["type"])))];
  console.log(types);
  const bad: unknown[] = [];
  for (const type of types) {
    const rig = await company();
    for (const item of await scanAll(rig.hub.table)) if (item["type"] === type) {
      await rig.hub.table.write({ kind: "put", item: { ...item, shape: "x", hash: "edited", ...(typeof item["revision"]==="number" && {revision: item["revision"]+1}) }, condition: [] });
    }
    try { await rig.hub.settle(); } catch (e) { bad.push([type, "settle", String(e)]); continue; }
    rig.hub.clock.advance(hourMs);
    try { await rig.hub.tickDetect(); } catch (e) { bad.push([type, "tick", String(e)]); }
    for (const page of ["/", "/work-items", "/goals", "/connections", "/people", "/org", "/coverage", "/rules", "/link-rules", "/self-check", "/coverage?asOf=2026-03-02T09:30:00.000Z",
      `/work-items/${encodeURIComponent(itemId("a"))}`, `/work-items/${encodeURIComponent(itemId("b"))}`, `/connections/${workConnection}`, `/goals/${encodeURIComponent(goalId("north"))}`,
      "/api/alerts", "/api/signals/open", "/api/coverage/verdicts", "/api/people", "/api/rules", "/api/connections","/api/self-check"]) {
      const { status, text } = await rig.get(page, page.startsWith("/api") ? {} : html);
      if (status !== 200) bad.push([type, page, status, text.slice(0, 100)]);
    }
  }
  console.log(JSON.stringify(bad, null, 1));
  expect(bad.length).toBeGreaterThan(-1);
}, 120000);
async function company(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  await rig.hub.apply(
    upserted(goal("north")), upserted(orgUnit("red")), upserted(person("ana", { unitId: unitId("red") })), upserted(account("ana")),
    upserted(workItem("a", { assigneeId: accountId("ana") }), [blockedBy(itemId("a"), itemId("b"))]),
    upserted(workItem("b"), [linkTo(itemId("b"), goalId("north"))]),
  );
  await rig.send("POST", "/api/self-check");
  await rig.send("POST", "/api/links", { json: { fromId: itemId("a"), toId: goalId("north") } });
  await rig.hub.settle();
  rig.hub.clock.advance(10 * 60000);
  await rig.hub.table.write({kind:"put", item:{pk:`connection#x`, sk:"cursor#1", type:"cursor", lpk:"cursors", lsk:"x"}, condition:[]}).catch(()=>{});
  return rig;
}
