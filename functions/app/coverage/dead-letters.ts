import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { DeadLetter } from "#shared/ports/queue.ts";

import type { AppContext } from "../app-deps.ts";

export const DeadLetterAnswer = z
  .strictObject({
    id: z.string(),
    queue: z.string(),
    kind: z.string().optional().meta({ description: "What was to be done" }),
    connectionId: z.string().optional(),
    collection: z.string().optional(),
    receivedAt: z.string().optional(),
    reason: z.string(),
    receiveCount: z.int(),
    diedAt: z.string(),
  })
  .meta({ id: "DeadLetter" });
export type DeadLetterAnswer = z.input<typeof DeadLetterAnswer>;

/** Both kinds of message, as far as it may be shown: never the delivery's own content. */
const Envelope = z.looseObject({
  kind: z.string().optional(),
  connectionId: z.string().optional(),
  collection: z.string().optional(),
  receivedAt: z.string().optional(),
});

const shownMax = 100;

export async function listDeadLetters({ queueAdmin }: AppContext): Promise<DeadLetterAnswer[]> {
  const queues = Object.keys(await queueAdmin.depths());
  const letters = await Promise.all(queues.map((queue) => queueAdmin.deadLetters(queue, shownMax)));
  return letters
    .flat()
    .map(describe)
    .toSorted((a, b) => (a.diedAt > b.diedAt ? -1 : 1));
}

function describe(letter: DeadLetter): DeadLetterAnswer {
  const { id, queue, reason, receiveCount, diedAt } = letter;
  const { kind, connectionId, collection, receivedAt } = readEnvelope(letter.body);
  return {
    id,
    queue,
    kind: kind ?? (receivedAt === undefined ? undefined : "delivery"),
    connectionId,
    collection,
    receivedAt,
    reason,
    receiveCount,
    diedAt,
  };
}

/** A message that no longer parses died of that; its reason says so. */
function readEnvelope(body: string): z.infer<typeof Envelope> {
  try {
    return Envelope.safeParse(JSON.parse(body)).data ?? {};
  } catch {
    return {};
  }
}

export const Redrive = z.strictObject({
  queue: z.string().optional().meta({ description: "Absent: all queues" }),
});

/** Puts dead letters back into their queues; returns how many. */
export async function redrive(
  { queueAdmin, logger }: AppContext,
  queue: string | undefined,
): Promise<number> {
  const known = Object.keys(await queueAdmin.depths());
  if (queue !== undefined && !known.includes(queue)) {
    throw new HubError("input.invalid", `There is no queue “${queue}”`, {
      issues: [{ path: "queue", message: `Choose one of: ${known.join(", ")}` }],
    });
  }
  let moved = 0;
  for (const name of queue === undefined ? known : [queue]) moved += await queueAdmin.redrive(name);
  logger.info("queue.redriven", { queue: queue ?? "all", moved });
  return moved;
}
