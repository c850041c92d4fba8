import * as z from "zod";

import type { SourceTool } from "./source-tools.ts";

const Messages = z.looseObject({
  messages: z.array(z.looseObject({ message: z.looseObject({ text: z.string() }) })),
});

/** How often people were told of an alert. */
export interface Told {
  readonly opened: number;
  readonly resolved: number;
}

/** What the simulated Slack got, by the alert that each message links to. */
export async function toldOf(slack: SourceTool): Promise<ReadonlyMap<string, Told>> {
  return toldIn(Messages.parse(await slack.state()).messages);
}

/** The same of messages at hand. */
export function toldIn(
  messages: readonly { readonly message: { readonly text: string } }[],
): ReadonlyMap<string, Told> {
  const told = new Map<string, Told>();
  for (const { message } of messages) {
    // A message of several alerts has a line with a link for each.
    const links = JSON.stringify(message).matchAll(/\/alerts\/([^|>"\\?]+)/gu);
    const ids = new Set([...links].map(([, encoded = ""]) => decodeURIComponent(encoded)));
    const isOver = message.text.startsWith("Resolved: ");
    for (const id of ids) {
      const { opened, resolved } = told.get(id) ?? { opened: 0, resolved: 0 };
      told.set(id, { opened: opened + (isOver ? 0 : 1), resolved: resolved + (isOver ? 1 : 0) });
    }
  }
  return told;
}
