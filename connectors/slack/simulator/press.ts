import { createHmac } from "node:crypto";

import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import type { OutgoingWebhook } from "#shared/testing/simulator/webhook-sender.ts";

import type { Block, Element } from "./slack-message.ts";
import type { PostedMessage } from "./state.ts";

/** What somebody does in a message. */
export interface Pressing {
  readonly actionId: string;
  /** Of a select: the value of the option. */
  readonly choice?: string | undefined;
}

interface Pressed {
  readonly url: string;
  readonly secret: string;
  readonly now: Instant;
  /** Presses so far: Slack's times are unique. */
  readonly count: number;
}

/**
 * The request that Slack makes when somebody presses an element: undefined where the message has no such
 * element (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, 2026-11).
 */
export function pressRequest(
  posted: PostedMessage,
  pressing: Pressing,
  { url, secret, now, count }: Pressed,
): OutgoingWebhook | undefined {
  const found = elementOf(posted.message.blocks ?? [], pressing.actionId);
  if (!found) return undefined;
  const seconds = Math.floor(epochMsOf(now) / 1000);
  const action_ts = `${seconds}.${String(count).padStart(6, "0")}`;
  const action = actionOf(found.element, pressing.choice);
  if (!action) return undefined;
  const payload = {
    type: "block_actions",
    user: { id: "U0PRESSED", username: "anna.keller", name: "anna.keller", team_id: "T0SAMPLE" },
    api_app_id: "A0SAMPLE",
    token: "a-verification-token-of-long-ago",
    container: {
      type: "message",
      message_ts: posted.ts,
      channel_id: posted.channel,
      is_ephemeral: false,
    },
    trigger_id: `${seconds}.${count}.simulated`,
    team: { id: "T0SAMPLE", domain: "northquay" },
    channel: { id: posted.channel, name: "alignment" },
    message: { type: "message", ts: posted.ts, ...posted.message },
    state: { values: {} },
    response_url: "https://hooks.slack.example/actions/T0SAMPLE/1/answers",
    actions: [{ ...action, block_id: found.blockId, action_ts }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    ...signatureOf(body, secret, seconds),
  };
  return { id: action_ts, event: `block_actions:${pressing.actionId}`, url, headers, body };
}

/** How Slack signs a request (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function signatureOf(
  body: string,
  secret: string,
  timestampSeconds: number,
): { readonly "X-Slack-Request-Timestamp": string; readonly "X-Slack-Signature": string } {
  const timestamp = String(timestampSeconds);
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": `v0=${mac}` };
}

function elementOf(
  blocks: readonly Block[],
  actionId: string,
): { readonly element: Element; readonly blockId: string } | undefined {
  for (const block of blocks) {
    if (block.type !== "actions") continue;
    const element = block.elements.find((one) => one.action_id === actionId);
    if (element) return { element, blockId: block.block_id };
  }
  return undefined;
}

function actionOf(element: Element, choice: string | undefined): object | undefined {
  const { type, action_id } = element;
  if (element.type === "button") {
    return { type, action_id, text: element.text, value: element.value };
  }
  const selected_option = element.options.find(({ value }) => value === choice);
  return selected_option && { type, action_id, selected_option, placeholder: element.placeholder };
}
