import { HubError } from "#shared/errors.ts";
import type { Interaction, InteractionReader } from "#shared/kit/interaction.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import { readBlockActions } from "./block-actions.ts";
import { readPress } from "./presses.ts";

/** What was pressed in messages of ours; elements of others, and other requests, say nothing. */
export const slackInteractions = {
  read({ body }: Delivery): readonly Interaction[] {
    const found = readBlockActions(body);
    if (found === "malformed") {
      throw new HubError("input.malformed", "What Slack sent cannot be read as a press");
    }
    return found === "other" ? [] : found.actions.flatMap((action) => readPress(action) ?? []);
  },
} satisfies InteractionReader;
