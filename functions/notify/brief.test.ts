import { describe, expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Message } from "#shared/kit/notifier.ts";
import { minuteMs } from "#shared/model/time.ts";
import {
  account,
  accountId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
const dayMinutes = 24 * 60;

/** The boss of dept, where it is morning, and the lead of blue in New York, where it is still night. */
async function company(): Promise<NotifyRig> {
  const rig = await NotifyRig.with({ mail });
  const blue = { unitId: unitId("blue") };
  await rig.hub.apply(
    upserted(orgUnit("dept", { originalKind: "department", level: 2 })),
    upserted(orgUnit("blue", { parentId: unitId("dept") })),
    upserted(person("boss", { name: "boss", unitId: unitId("dept") })),
    upserted(person("aide", { unitId: unitId("dept"), managerId: personId("boss") })),
    upserted(
      person("lead", { name: "lead", ...blue, managerId: personId("boss"), location: "New York" }),
    ),
    upserted(person("bo", { name: "bo", ...blue, managerId: personId("lead") })),
    upserted(account("bo")),
  );
  await rig.route({
    timeZone: "Europe/London",
    timeZones: [{ location: "New York", timeZone: "America/New_York" }],
  });
  await rig.hub.setRule("unlinked-work");
  // Briefs are appointed at seven past.
  await rig.pass(10);
  return rig;
}

const epic = (name: string) => upserted(workItem(name, { assigneeId: accountId("bo") }));

function mailsTo(rig: NotifyRig, name: string): readonly Message[] {
  return rig
    .channel("mail")
    .shown.filter(({ target }) => target?.kind === "person" && target.name === name)
    .map(({ message }) => message);
}

/** To the next Monday, so many minutes after eight in London. */
async function passToMonday(rig: NotifyRig, after: number): Promise<void> {
  const monday = Date.parse("2026-03-09T08:00:00.000Z") + after * minuteMs;
  await rig.pass((monday - rig.hub.clock.nowMs()) / minuteMs, 15);
}

describe("a leader's brief", () => {
  test("tells of nothing that the owning team has not been told of", async () => {
    const rig = await company();
    await rig.hub.apply(epic("early"));
    await passToMonday(rig, 15);
    expect(JSON.stringify(mailsTo(rig, "lead"))).toContain("Work early");
    await rig.hub.apply(epic("fresh"));
    await rig.pass(60, 5);
    const briefs = mailsTo(rig, "boss").filter(({ kind }) => kind === "brief");
    expect(briefs).toHaveLength(1);
    expect(JSON.stringify(briefs)).toContain("Work early");
    expect(JSON.stringify(mailsTo(rig, "lead"))).not.toContain("Work fresh");
    expect(JSON.stringify(briefs)).not.toContain("Work fresh");
    await rig.pass(8 * 60, 15);
    expect(JSON.stringify(mailsTo(rig, "lead"))).toContain("Work fresh");
    await rig.pass(7 * dayMinutes, 30);
    const later = mailsTo(rig, "boss").filter(({ kind }) => kind === "brief");
    expect(JSON.stringify(later)).toContain("Work fresh");
  });

  test("tells of nothing that waits for the owning team's digest", async () => {
    const rig = await company();
    await rig.hub.setRule("unlinked-work", { graceMinutes: 0, delivery: "digest" });
    await rig.pass(2 * dayMinutes, 60);
    await rig.hub.apply(epic("quiet"));
    await passToMonday(rig, 60);
    expect(mailsTo(rig, "lead")).toEqual([]);
    expect(mailsTo(rig, "boss")).toEqual([]);
    await rig.pass(8 * 60, 15);
    expect(JSON.stringify(mailsTo(rig, "lead"))).toContain("Work quiet");
  });
});
