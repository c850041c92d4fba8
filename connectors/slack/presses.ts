import { createHash } from "node:crypto";

import { AlertAction } from "#shared/kit/interaction.ts";
import type { Message } from "#shared/kit/notifier.ts";
import { DispatchId } from "#shared/model/notification.ts";

import { blockIdMax, button, select } from "./blocks.ts";
import type { Block } from "./blocks.ts";

/*
 * What can be pressed in a message, and what a press says: written and read here, so that the two agree.
 * The block carries the dispatch; buttons and options say what to do. Slack signs the whole of a press,
 * so nothing in it needs a proof of its own.
 */

const snoozes = [
  ["1", "For a day"],
  ["7", "For a week"],
  ["30", "For a month"],
  ["until-change", "Until something changes"],
] as const;

const contests = [
  ["wrong", "It is wrong"],
  ["not-ours", "It is not ours"],
  ["already-known", "We know already"],
  ["not-worth-it", "Not worth the interruption"],
  ["other", "Something else"],
] as const;

/** The block of buttons; none for a message that tells of nothing to act on, or whose id has no room. */
export function actionsBlock({ dispatchId, idempotencyKey }: Message): readonly Block[] {
  if (dispatchId === undefined) return [];
  // A block of the same id keeps what was chosen in it: an update must not show last week's choice.
  const showing = createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 8);
  const blockId = `${dispatchId} ${showing}`;
  if (blockId.length > blockIdMax) return [];
  return [
    {
      type: "actions",
      block_id: blockId,
      elements: [
        button("acknowledge", "Acknowledge", dispatchId),
        select("snooze", "Snooze", snoozes),
        select("contest", "Not useful…", contests),
      ],
    },
  ];
}

/** One pressed element, as Slack reports it. */
export interface Press {
  readonly actionId: string;
  readonly blockId: string;
  /** Of a select: what was chosen. */
  readonly choice?: string | undefined;
}

/** Undefined for an element that is none of ours. */
export function readPress(
  press: Press,
): { readonly dispatchId: DispatchId; readonly action: AlertAction } | undefined {
  const dispatchId = DispatchId.safeParse(press.blockId.split(" ", 1)[0]).data;
  const action = AlertAction.safeParse(wordsOf(press)).data;
  return dispatchId !== undefined && action ? { dispatchId, action } : undefined;
}

function wordsOf({ actionId, choice }: Press): unknown {
  switch (actionId) {
    case "acknowledge":
      return { verb: "acknowledge" };
    case "snooze":
      return choice === "until-change"
        ? { verb: "snooze-until-change" }
        : { verb: "snooze", days: Number(choice) };
    case "contest":
      return { verb: "contest", reason: choice };
    default:
      return undefined;
  }
}
