import type { Message, Notifier, SendOutcome } from "#shared/kit/notifier.ts";
import { DispatchId } from "#shared/model/notification.ts";
import { Instant } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { createSlackNotifier } from "../notifier.ts";
import { SlackSettings } from "../settings.ts";
import { startSlackSimulator } from "./start-slack-simulator.ts";
import type { SlackSimulator } from "./start-slack-simulator.ts";
import { channelId } from "./state.ts";

/** A bot in a simulated workspace, for tests of what it does there. */
export interface BotStage {
  readonly simulator: SlackSimulator;
  readonly notifier: Notifier;
  readonly settings: SlackSettings;
  /** Posts the usual message: its receipt. */
  shown(): Promise<string>;
  /** Shows the usual message, with other parts, in place of what the receipt names. */
  update(receipt: string, parts?: Partial<Message>): Promise<SendOutcome | undefined>;
  /** The first message's blocks as JSON. */
  blocks(): string;
}

export function messageOf(parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "dispatch:1#show",
    reason: "opened",
    severity: "warning",
    title: "No goal above PLAN-1 Lighthouse",
    sentence: "“PLAN-1 Lighthouse” is in progress and serves no goal.",
    path: [],
    why: "Nobody can see which goal this serves.",
    nextStep: "Link it to a goal.",
    url: "http://127.0.0.1:4000/alerts/1",
    at: Instant.parse("2026-11-21T08:00:00.000Z"),
    dispatchId: DispatchId.parse("dispatch:channel:conn_0000000001#1"),
    ...parts,
  };
}

/** `more` goes over the settings. */
export async function startBot(more: Readonly<Record<string, unknown>> = {}): Promise<BotStage> {
  const simulator = await startSlackSimulator({
    clock: new ManualClock("2026-11-21T08:00:00.000Z"),
  });
  const settings = SlackSettings.parse({
    botToken: simulator.botToken,
    channelId,
    apiUrl: simulator.apiUrl,
    webhookSecret: simulator.signingSecret,
    ...more,
  });
  const notifier = createSlackNotifier(settings, testNotifierContext);
  return {
    simulator,
    notifier,
    settings,
    async shown() {
      const outcome = await notifier.send(messageOf());
      return outcome.outcome === "sent" ? (outcome.receipt ?? "") : "";
    },
    update: async (receipt, parts = {}) =>
      notifier.update?.(receipt, messageOf({ idempotencyKey: "dispatch:1#2", ...parts })),
    blocks: () => JSON.stringify(simulator.messages()[0]?.message.blocks),
  };
}
