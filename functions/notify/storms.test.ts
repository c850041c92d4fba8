import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Table } from "#shared/ports/table.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import { goal, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";
import { announce } from "./mailbox.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };

interface Storm {
  left: number;
  /** Done by another run when the last of it is announced. */
  last?: (table: Table) => Promise<void>;
}

/** A hub where, so often, something is announced to the channel just before its mailbox is let go of. */
async function stormyHub() {
  const storm: Storm = { left: 0 };
  const rig = await NotifyRig.with({ chat }, (table): Table => ({
    ...table,
    write: async (one) => {
      const isMailbox = one.kind === "put" && one.item["type"] === "mailbox";
      if (storm.left > 0 && isMailbox && one.item["lockedUntil"] === undefined) {
        const recipient = channelRecipient(rig.channel("chat").id);
        const held = await table.get(mailboxKey(recipient));
        if (held?.["lockedUntil"] !== undefined) {
          storm.left -= 1;
          const { clock } = rig.hub;
          await announce({ table, clock }, recipient, { dueAt: clock.now() });
          if (storm.left === 0) await storm.last?.(table);
        }
      }
      return table.write(one);
    },
  }));
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  return { rig, storm };
}

test("a mailbox is let go of, however often something is announced just before", async () => {
  const { rig, storm } = await stormyHub();
  storm.left = 150;
  await rig.hub.apply(upserted(workItem("e1")));
  storm.left = 0;
  // Whoever comes next does not find it taken by a run that is over.
  await rig.hub.apply(upserted(workItem("e2")));
  expect(rig.channel("chat").sent).toHaveLength(2);
});

test("what is announced while a storm is being told is told right after it, and not by the clock", async () => {
  const { rig, storm } = await stormyHub();
  rig.isDeaf = true;
  await rig.hub.apply(upserted(workItem("e2")));
  const [alert] = await rig.hub.alerts();
  if (!alert) throw new Error("No alert was opened");
  rig.isDeaf = false;
  storm.left = 5;
  storm.last = async (table) => rig.hearAgain(alert.id, "alert.opened.v1", table);
  await rig.hub.apply(upserted(workItem("e1")));
  expect(rig.channel("chat").sent.map(({ title }) => title)).toEqual([
    "No goal above E1 Work e1",
    "No goal above E2 Work e2",
  ]);
});
