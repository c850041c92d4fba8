import { expect, test } from "vitest";

import { slack } from "#connectors/slack/connector.ts";
import { startSlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import { channelId } from "#connectors/slack/simulator/state.ts";
import { carryOutPresses } from "#functions/ingest/press.ts";
import { createHandler } from "#functions/notify/handler.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import { connectionId } from "#shared/model/ids.ts";
import { DispatchId } from "#shared/model/notification.ts";
import { minuteMs } from "#shared/model/time.ts";
import { getConnection } from "#shared/store/connections.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { NotifyRig } from "./notify-rig.ts";
import { MemorySecrets } from "./tool-hub.ts";

const channel = connectionId("slack00001");

test("an alert is one message in Slack, which a press changes, and whose thread says when it is over", async () => {
  const rig = await NotifyRig.with({});
  const { hub, deps } = rig;
  // Its own handler knows no channel; the one below tells.
  rig.isDeaf = true;
  const simulator = await startSlackSimulator({ clock: hub.clock });
  try {
    const secrets = new MemorySecrets();
    const { botToken, signingSecret } = simulator;
    await secrets.write(secretName(channel), { botToken, webhookSecret: signingSecret });
    const settings = { channelId, apiUrl: simulator.apiUrl };
    await hub.connect(channel, { connector: "slack", name: "Slack", settings });
    const notify = createHandler({
      ...deps,
      outbound: testNotifierContext.outbound,
      secrets,
      registry: new Registry([slack]),
    });
    const pass = async () => {
      hub.clock.advance(minuteMs);
      await notify({ schedule: true });
      await hub.settle();
    };
    const tell = async () => {
      const [alert] = await hub.alerts("open", "acknowledged", "resolved");
      if (!alert) throw new Error("There is no alert");
      const detail = { id: alert.id };
      await notify({ "detail-type": "alert.changed.v1", detail } as Parameters<typeof notify>[0]);
      for (let minute = 0; minute < 5; minute += 1) await pass();
    };

    await hub.setRule("unlinked-work");
    await hub.apply(upserted(goal("g")), upserted(workItem("e1")));
    await tell();
    const [message] = simulator.messages();
    expect(message?.message.text).toBe("No goal above E1 Work e1");
    const blocks = JSON.stringify(message?.message.blocks);
    expect(blocks).toContain('"action_id":"acknowledge"');

    const connection = await getConnection(hub.table, channel);
    if (!connection) throw new Error("The channel is gone");
    const dispatchId = DispatchId.parse(/"block_id":"(\S+)/u.exec(blocks)?.[1]);
    await carryOutPresses(deps, {
      connection,
      channelTitle: "Slack",
      deliveryId: "press-1",
      interactions: [{ dispatchId, action: { verb: "acknowledge" } }],
    });
    await tell();
    expect(JSON.stringify(simulator.messages()[0]?.message.blocks)).toContain("Acknowledged");
    expect(simulator.messages()).toHaveLength(1);

    const linked = upserted(workItem("e1", { version: 1 }), [linkTo(itemId("e1"), goalId("g"))]);
    await hub.apply(linked);
    await tell();
    const [shown, reply, ...others] = simulator.messages();
    expect(shown?.message.text).toBe("Resolved: No goal above E1 Work e1");
    expect(JSON.stringify(shown?.message.blocks)).not.toContain("actions");
    expect(reply?.threadTs).toBe(shown?.ts);
    expect(others).toEqual([]);
  } finally {
    await simulator.close();
  }
});
