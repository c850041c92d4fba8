import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { personRecipient } from "#shared/model/notification.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import { KnownConnections } from "#shared/store/connections.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";
import { demoteRules } from "./demote-rules.ts";
import { Round } from "./round.ts";

/*
 * Items that no schema of today understands, met by what tells people. One of them keeps nobody from hearing
 * of anything else.
 */

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const board: NotifierTraits = { reaches: ["channel"], end: "update" };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };

const epic = (name: string, version = 0) => upserted(workItem(name, { version }));
const linked = (name: string, version: number) =>
  upserted(workItem(name, { version }), [linkTo(itemId(name), goalId("g"))]);

async function plainHub(traits: Readonly<Record<string, NotifierTraits>>): Promise<NotifyRig> {
  const rig = await NotifyRig.with(traits);
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  return rig;
}

async function poison({ hub }: NotifyRig, is: (item: Item) => boolean): Promise<void> {
  const item = (await scanAll(hub.table)).find(is);
  if (!item) throw new Error("There is no such item");
  await hub.table.write({ kind: "put", item: { ...item, revision: "x" }, condition: [] });
}

const settingsOf = (rule: string) => (item: Item) => item.pk === ruleSettingsKey(rule).pk;

/** A finding of another rule than the one that the hub is set to. */
async function alsoOwnerLeft(rig: NotifyRig): Promise<void> {
  await rig.hub.setRule("owner-left");
  await rig.hub.apply(
    upserted(account("ann")),
    upserted(person("ann", { employmentStatus: "inactive" })),
    upserted(workItem("of-ann", { assigneeId: accountId("ann") }), [
      linkTo(itemId("of-ann"), goalId("g")),
    ]),
  );
}

test("a rule whose settings cannot be read keeps no other rule from going to digests", async () => {
  const rig = await plainHub({ chat });
  await alsoOwnerLeft(rig);
  for (let at = 0; at < 21; at += 1) {
    rig.hub.clock.advance(minuteMs);
    await rig.hub.apply(epic(`e${at}`));
  }
  await poison(rig, settingsOf("owner-left"));
  rig.hub.clock.advance(8 * dayMs);
  await expect(demoteRules(new Round(rig.deps, new KnownConnections()))).rejects.toThrow("parse");
  const settings = await rig.hub.table.get(ruleSettingsKey("unlinked-work"));
  expect(settings?.["delivery"]).toBe("digest");
});

test("a leader's mailbox that cannot be read keeps no other leader from a brief", async () => {
  const rig = await NotifyRig.with({ mail });
  const member = (name: string, lead: string, team: string) =>
    upserted(person(name, { unitId: unitId(team), managerId: personId(lead) }));
  const team = (name: string) => [
    upserted(orgUnit(name)),
    upserted(person(`lead-${name}`, { unitId: unitId(name) })),
    member(`a-${name}`, `lead-${name}`, name),
  ];
  await rig.hub.apply(...team("blue"));
  await rig.route();
  await rig.pass(10);
  const keyOf = (name: string) => mailboxKey(personRecipient(personId(`lead-${name}`)));
  await poison(rig, ({ pk, sk }) => pk === keyOf("blue").pk && sk === keyOf("blue").sk);
  await rig.hub.apply(...team("red"));
  await expect(rig.pass(60)).rejects.toThrow("parse");
  expect((await rig.hub.table.get(keyOf("red")))?.["briefAt"]).toBeDefined();
});

test("a message of before that cannot be read keeps nobody from the next", async () => {
  const rig = await plainHub({ chat });
  await rig.hub.apply(epic("e1"));
  await poison(rig, ({ type }) => type === "dispatch");
  await rig.hub.apply(epic("e2"));
  expect(rig.channel("chat").sent).toHaveLength(2);
});

test.each(["dispatch", "sent-group"])(
  "what is new has a message of its own where the %s of its group cannot be read",
  async (type) => {
    const rig = await plainHub({ board });
    await rig.hub.apply(epic("e1"));
    await poison(rig, (item) => item["type"] === type);
    await rig.hub.apply(epic("e2"));
    expect(rig.channel("board").sent).toHaveLength(2);
  },
);

test("where one message cannot be read, the others still say that what they told of is over", async () => {
  const rig = await plainHub({ board, other: board });
  await rig.hub.apply(epic("e1"));
  const first = (await rig.dispatches())[0]?.connectionId;
  await poison(rig, ({ type, connectionId }) => type === "dispatch" && connectionId === first);
  await rig.hub.apply(linked("e1", 1));
  const others = Object.values(rig.channels).filter(({ id }) => id !== first);
  expect(others.map(({ lines }) => lines.at(-1))).toEqual([expect.stringContaining("Resolved")]);
});

test("whoever leaves takes no alert along because of a rule whose settings cannot be read", async () => {
  const rig = await plainHub({ chat, mail });
  const lead = person("lead", { unitId: unitId("red"), managerId: personId("boss") });
  const ofRed = { unitId: unitId("red"), managerId: personId("lead") };
  await rig.hub.apply(
    upserted(orgUnit("dept", { originalKind: "department" })),
    upserted(orgUnit("red", { parentId: unitId("dept") })),
    upserted(person("boss", { unitId: unitId("dept") })),
    upserted(lead),
    upserted(person("bo", ofRed)),
    upserted(account("bo")),
  );
  await rig.route();
  // Nine in the evening.
  rig.hub.clock.advance(11 * hourMs);
  await rig.hub.setRule("blocked-across-boundary");
  await rig.hub.apply(
    upserted(orgUnit("blue")),
    upserted(workItem("unlinked", { assigneeId: accountId("bo") })),
    upserted(workItem("late", { assigneeId: accountId("bo") }), [
      linkTo(itemId("late"), goalId("g")),
      blockedBy(itemId("late"), itemId("first")),
    ]),
    upserted(workItem("first", { teamName: "blue" }), [linkTo(itemId("first"), goalId("g"))]),
  );
  await rig.pass(10, 5);
  expect((await rig.ofType("notification")).map(({ recipient }) => recipient)).toEqual([
    personRecipient(personId("lead")),
    personRecipient(personId("lead")),
  ]);
  await poison(rig, settingsOf("blocked-across-boundary"));
  const left = { ...lead, sourceVersion: lead.sourceVersion + 1 };
  await rig.hub.apply(upserted({ ...left, employmentStatus: "inactive" }));
  for (let at = 0; at < 16 * 6; at += 1) await rig.pass(10, 10).catch(() => undefined);
  expect(rig.channel("chat").sent.map(({ title }) => title)).toEqual([
    expect.stringContaining("Work unlinked"),
  ]);
  // The other waits for its settings, and is not lost.
  const waiting = (await rig.ofType("notification")).filter(({ state }) => state === "waiting");
  expect(waiting).toHaveLength(1);
});
