import { describe, expect, it } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Change } from "#shared/model/change.ts";
import type { Person } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import { CalendarDate, dayMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { forgetErased } from "#shared/store/erasures.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalConnection,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { NotifyRig } from "../../tests/rig/notify-rig.ts";
import { erasePerson } from "./erase-person.ts";

const annsOtherRecord = factId("person", "scim", goalConnection, "9d1c7c1e-4f0e");

/** A company in which Ann leads a team, does work, owns a goal, and stands in two systems. */
function company(version = 0): readonly Change[] {
  const ann = {
    workEmail: "ann.lee@company.example",
    name: "Ann Lee",
    unitId: unitId("red"),
    version,
  };
  return [
    upserted(orgUnit("company", { level: 0, originalKind: "company", version })),
    upserted(orgUnit("red", { parentId: unitId("company"), version })),
    upserted(orgUnit("blue", { parentId: unitId("company"), version })),
    upserted(person("ann", ann)),
    upserted({ ...person("ann", ann), id: annsOtherRecord, connectionId: goalConnection }),
    upserted(person("bob", { managerId: personId("ann"), unitId: unitId("red"), version })),
    upserted(person("cleo", { managerId: personId("ann"), unitId: unitId("blue"), version })),
    // Her name and address are part of somebody else's longer ones.
    upserted(person("joann.lee", { version })),
    upserted(account("ann", { workEmail: ann.workEmail, displayName: ann.name, version })),
    upserted(account("cleo", { version })),
    upserted(goal("growth", { ownerId: accountId("ann"), version })),
    upserted(workItem("api", { assigneeId: accountId("ann"), version }), [
      blockedBy(itemId("api"), itemId("db")),
    ]),
    upserted(workItem("db", { assigneeId: accountId("cleo"), version })),
    upserted(
      workItem("note", {
        title: "Ask ann.lee@company.example about joann.lee@company.example",
        version,
      }),
    ),
  ];
}

async function hubWithCompany(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.apply(...company());
  return hub;
}

const traces = [
  "Ann Lee",
  "ann.lee@company.example",
  personId("ann"),
  annsOtherRecord,
  "9d1c7c1e-4f0e",
  accountId("ann"),
];

async function tracesIn(table: Table): Promise<readonly string[]> {
  const text = (await scanAll(table)).map((item) => JSON.stringify(item)).join("\n");
  const alone = text.replaceAll("joann.lee@company.example", "");
  return traces.filter((trace) => alone.includes(trace));
}

describe("erasing a person", () => {
  it("leaves nothing of them in the table but a receipt of counts", async () => {
    const hub = await hubWithCompany();
    expect(await tracesIn(hub.table)).toEqual(traces);
    const done = await erasePerson(deps(hub), personId("ann"));
    expect(await tracesIn(hub.table)).toEqual([]);
    expect(done.removed).toBeGreaterThan(2);
    const receipts = (await scanAll(hub.table)).filter(({ type }) => type === "erasure-receipt");
    expect(receipts).toMatchObject([{ ...done }]);
  });

  it("takes with it what they were told, and their name out of why others were told", async () => {
    const rig = await NotifyRig.with({ mail: { reaches: ["person"], end: "nothing" } });
    const { hub } = rig;
    await rig.route({ responseHours: 1, workingDays: [1, 2, 3, 4, 5, 6, 7] });
    await hub.setRule("unlinked-work");
    await hub.apply(...company());
    const away = [{ from: CalendarDate.parse("2026-03-01"), to: CalendarDate.parse("2026-03-20") }];
    const lead = (name: string, given: Partial<Person>) =>
      upserted(person(name, { unitId: unitId("red"), version: 5, ...given }));
    await hub.apply(
      lead("cleo", { unitId: unitId("company") }),
      lead("bob", { name: "Bob", managerId: personId("ann") }),
      lead("ann", {
        name: "Ann Lee",
        workEmail: "ann.lee@company.example",
        managerId: personId("cleo"),
        absences: away,
      }),
      upserted(account("bob")),
      upserted(workItem("adrift", { kind: "epic", assigneeId: accountId("bob") })),
    );
    await rig.pass(3 * 24 * 60, 60);
    expect(JSON.stringify(await rig.ofType("notification"))).toContain("Ann Lee (away today)");
    await erasePerson(deps(hub), personId("ann"));
    expect(await tracesIn(hub.table)).toEqual([]);
    expect(await rig.ofType("notification")).not.toEqual([]);
  });

  it("leaves everybody and everything else, without the mention", async () => {
    const hub = await hubWithCompany();
    await erasePerson(deps(hub), personId("ann"));
    const items = new Map(
      (await scanAll(hub.table)).map((item) => [`${item.pk} ${item.sk}`, item]),
    );
    const of = (id: string) => items.get(`${id} 0`);
    expect(of(personId("bob"))).toMatchObject({ unitId: unitId("red") });
    expect(of(personId("bob"))?.["managerId"]).toBeUndefined();
    expect(of(itemId("api"))?.["assigneeId"]).toBeUndefined();
    expect(of(goal("growth").id)).toMatchObject({ title: "Goal growth" });
    expect(of(personId("joann.lee"))).toMatchObject({ workEmail: "joann.lee@company.example" });
    expect(of(itemId("note"))?.["title"]).toBe("Ask (erased) about joann.lee@company.example");
    // What remains is still what our schemas read.
    await hub.settle();
    expect(await hub.drift()).toBe(0);
  });

  it("of a manager leaves where their people stood, and when", async () => {
    const hub = await hubWithCompany();
    hub.clock.advance(40 * dayMs);
    await hub.apply(
      upserted(person("bob", { managerId: personId("cleo"), unitId: unitId("blue"), version: 9 })),
    );
    const rowsOf = async () => {
      const item = await hub.table.get(factKey(personId("bob")));
      const stored = item && readFactItem(item);
      const fact = stored?.isRemoved === false ? stored.fact : undefined;
      return fact?.type === "person" ? (fact.placements ?? []) : [];
    };
    const before = await rowsOf();
    expect(before.map(({ managerId }) => managerId)).toEqual([personId("ann"), personId("cleo")]);
    await erasePerson(deps(hub), personId("ann"));
    const [first, second] = before;
    const { managerId: _ann, ...firstWithout } = first ?? {};
    expect(await rowsOf()).toEqual([firstWithout, second]);
  });

  it("leaves things that are called by nothing but their address readable, under another name", async () => {
    const hub = await hubWithCompany();
    const called = { title: "Ann.Lee@company.example" };
    await hub.apply(upserted(workItem("mail", called)), upserted(goal("mail", called)));
    await hub.apply(upserted(account("shared", { displayName: "ann.lee@company.example" })));
    await erasePerson(deps(hub), personId("ann"));
    expect(await tracesIn(hub.table)).toEqual([]);
    await hub.settle();
    expect(await hub.drift()).toBe(0);
    const item = await hub.table.get(factKey(itemId("mail")));
    expect(item && readFactItem(item)).toMatchObject({ fact: { title: "(erased)" } });
  });

  it("a later delivery or reading does not bring them back, and costs nothing when repeated", async () => {
    const hub = await hubWithCompany();
    await erasePerson(deps(hub), personId("ann"));
    const again = company(5).filter(({ kind }) => kind === "upserted");
    const later = again.filter((change) => !JSON.stringify(change).includes("note"));
    await hub.apply(...later);
    expect(await tracesIn(hub.table)).toEqual([]);
    const before = hub.table.usage().writeUnits;
    await applyChanges(hub, later);
    expect(hub.table.usage().writeUnits).toBe(before);
  });

  it("a new record of the same address is kept out as well, until somebody lets them in", async () => {
    const hub = await hubWithCompany();
    await erasePerson(deps(hub), personId("ann"));
    const rehired: Person = { ...person("newcomer"), workEmail: "ann.lee@company.example" };
    await hub.apply(upserted(rehired));
    expect(await tracesIn(hub.table)).toEqual([]);
    expect(await forgetErased(hub.table, "Ann.Lee@company.example")).toBe(true);
    await hub.apply(upserted(rehired));
    expect(await tracesIn(hub.table)).toEqual(["ann.lee@company.example"]);
  });

  it("that crashed anywhere is finished by its repeat", async () => {
    const clean = await hubWithCompany();
    let writes = 0;
    await erasePerson(
      { ...deps(clean), table: counting(clean.table, () => (writes += 1)) },
      personId("ann"),
    );
    for (let stop = 1; stop <= writes; stop += 1) {
      const hub = await hubWithCompany();
      let left = stop;
      const dying = counting(hub.table, () => {
        left -= 1;
        if (left === 0) throw new HubError("store.unavailable", "The power went out");
      });
      await expect(erasePerson({ ...deps(hub), table: dying }, personId("ann"))).rejects.toThrow(
        "The power went out",
      );
      await erasePerson(deps(hub), personId("ann"));
      expect(await tracesIn(hub.table), `stopped before write ${stop}`).toEqual([]);
    }
  });
});

function deps(hub: MemoryHub) {
  let count = 0;
  return {
    table: hub.table,
    clock: hub.clock,
    logger: createSilentLogger(),
    random: (length: number) => String((count += 1)).padStart(length, "0"),
  };
}

/** The table, telling of each write before it is made. */
function counting(table: Table, onWrite: () => void): Table {
  return new Proxy(table, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        if (name === "write") onWrite();
        return Reflect.apply(member, target, args);
      };
    },
  });
}
