import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { acknowledge } from "#shared/kit/alert-verbs.ts";
import type { SignalId } from "#shared/model/ids.ts";
import { hourMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { reconcileAlert } from "#shared/store/alert-net.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { alertSpec } from "#shared/store/specs.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { createHandler } from "./handler.ts";

const epic = (version: number) => upserted(workItem("epic", { version }));
const linkedEpic = (version: number) =>
  upserted(workItem("epic", { version }), [linkTo(itemId("epic"), goalId("g"))]);

/** A hub whose events wait until a test delivers them. */
async function silentHub() {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work");
  await hub.apply(upserted(goal("g")));
  hub.isBusDown = true;
  const deps = { table: hub.table, clock: hub.clock, logger: createSilentLogger(hub.logs), rules };
  const signalId = `signal:unlinked-work:${itemId("epic")}` as SignalId;
  const hear = (table: Table = hub.table) => reconcileAlert({ ...deps, table }, signalId);
  return { hub, hear, deps, signalId };
}

describe("an alert", () => {
  test("agrees with its signal after any number of events in any order", async () => {
    const steps = fc.array(fc.constantFrom("open", "clear", "hear", "hear twice"), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const { hub, hear } = await silentHub();
        for (const [turn, step] of given.entries()) {
          if (step === "open") await hub.apply(epic(turn + 1));
          else if (step === "clear") await hub.apply(linkedEpic(turn + 1));
          else await hear();
          if (step === "hear twice") await Promise.all([hear(), hear()]);
        }
        await hear();
        const [signal] = await hub.openSignals();
        const [standing, ...more] = await hub.alerts();
        expect(more).toEqual([]);
        expect(standing?.generation).toBe(signal?.generation);
      }),
      { numRuns: 100 },
    );
  });

  test("is one, however many invocations hear of its signal at once", async () => {
    const { hub, hear } = await silentHub();
    await hub.apply(epic(1));
    await Promise.all([hear(), hear(), hear()]);
    expect(await hub.alerts("open")).toHaveLength(1);
    expect((await hub.alerts("open"))[0]?.revision).toBe(1);
  });

  test("that somebody acknowledged in between is not overwritten", async () => {
    const { hub, hear } = await silentHub();
    await hub.apply(epic(1));
    await hear();
    await hub.apply(upserted(workItem("epic", { version: 2, title: "Other" })));
    let isFirst = true;
    const racing: Table = {
      ...hub.table,
      write: async (write) => {
        const [alert] = isFirst ? await hub.alerts("open") : [];
        isFirst = false;
        const next = alert && acknowledge(alert, { by: "ops", now: hub.clock.now() });
        if (next) await replaceDocument(hub.table, alertSpec, alert, next);
        return hub.table.write(write);
      },
    };
    await hear(racing);
    expect(await hub.alerts("acknowledged")).toMatchObject([{ title: "No goal above EPIC Other" }]);
  });

  test("of a signal that opened anew is open anew, though nobody heard that it had cleared", async () => {
    const { hub, hear } = await silentHub();
    await hub.apply(epic(1));
    await hear();
    await hub.apply(linkedEpic(2));
    await hub.apply(epic(3));
    await hear();
    expect(await hub.alerts("open")).toMatchObject([{ generation: 2 }]);
  });

  test("whose signal opened longer ago than its grace opens at once", async () => {
    const { hub, hear } = await silentHub();
    await hub.setRule("unlinked-work", { graceMinutes: 30 });
    await hub.apply(epic(1));
    hub.clock.advance(hourMs);
    await hear();
    expect(await hub.alerts("open")).toHaveLength(1);
  });

  test("is never made for a signal that nobody knows", async () => {
    const { hub, hear } = await silentHub();
    await hear();
    expect(await hub.alerts()).toEqual([]);
  });
});

test("an event that is no signal's is refused, and goes where failed events go", async () => {
  const { deps } = await silentHub();
  const event = { detail: { id: "alert:x" } } as unknown as Parameters<
    ReturnType<typeof createHandler>
  >[0];
  await expect(createHandler(deps)(event)).rejects.toThrow("Invalid");
});
