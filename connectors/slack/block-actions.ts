import * as z from "zod";

import type { Press } from "./presses.ts";

/** What somebody pressed, without who it was. */
export interface BlockActions {
  /** Team, channel and message, where Slack says. */
  readonly where: readonly (string | undefined)[];
  /** `at`: Slack's own time of the press, to the microsecond. */
  readonly actions: readonly (Press & { readonly at: string })[];
}

const Id = z.looseObject({ id: z.string().max(100) });

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload (2026-11). */
const Payload = z.looseObject({
  type: z.literal("block_actions"),
  team: Id.nullish(),
  container: z
    .looseObject({
      channel_id: z.string().max(100).optional(),
      message_ts: z.string().max(100).optional(),
    })
    .nullish(),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string().max(255).default(""),
        block_id: z.string().max(255).default(""),
        action_ts: z.string().max(100).default(""),
        selected_option: z.looseObject({ value: z.string().max(2000) }).nullish(),
      }),
    )
    .max(100),
});

/**
 * The body of a request to an app's interactivity URL: a form whose `payload` is JSON. `other`: a request
 * of another kind, such as a shortcut, that this app asks nobody for.
 */
export function readBlockActions(body: Uint8Array): BlockActions | "malformed" | "other" {
  const text = new URLSearchParams(Buffer.from(body).toString("utf8")).get("payload");
  const json = text === null ? undefined : parseJson(text);
  if (typeof json !== "object" || json === null || !("type" in json)) return "malformed";
  if (json.type !== "block_actions") return "other";
  const payload = Payload.safeParse(json);
  if (!payload.success) return "malformed";
  const { team, container, actions } = payload.data;
  return {
    where: [team?.id, container?.channel_id, container?.message_ts],
    actions: actions.map(({ action_id, block_id, action_ts, selected_option }) => ({
      actionId: action_id,
      blockId: block_id,
      choice: selected_option?.value,
      at: action_ts,
    })),
  };
}

/**
 * The body with nothing but the presses: who pressed, what the message said and the address for answers
 * must not wait in a queue, or among dead letters.
 */
export function keptBody({ where: [team, channel, message], actions }: BlockActions): Uint8Array {
  const payload = {
    type: "block_actions",
    ...(team !== undefined && { team: { id: team } }),
    container: { channel_id: channel, message_ts: message },
    actions: actions.map(({ actionId, blockId, choice, at }) => ({
      action_id: actionId,
      block_id: blockId,
      action_ts: at,
      ...(choice !== undefined && { selected_option: { value: choice } }),
    })),
  };
  return Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
