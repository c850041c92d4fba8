import type { DynamoDBRecord, EventBridgeEvent } from "aws-lambda";

import { HubError } from "#shared/errors.ts";

import { Crash } from "./fuse.ts";
import type { Host, Invoked } from "./host.ts";
import { sqsRecord } from "./host.ts";
import type { SimQueue } from "./sim-queue.ts";
import type { Batch } from "./sim-stream.ts";
import { busTargets, inboxBatchSize } from "./wiring.ts";

const pullsAtOnce = 6;
const targetsAtOnce = 2;
/** More rounds than this mean work that makes itself. */
const roundsMax = 400;

/** An error that no fault of the plan explains. */
export interface Unforeseen {
  readonly where: string;
  readonly error: unknown;
}

/**
 * Runs everything that is due, as much of it at once as the topology allows, until nothing is due any more.
 * Gives what failed for no reason of the plan's, and whether it came to an end.
 */
export async function drain(
  host: Host,
): Promise<{ readonly unforeseen: readonly Unforeseen[]; readonly isDone: boolean }> {
  const unforeseen: Unforeseen[] = [];
  for (let round = 0; round < roundsMax; round += 1) {
    const queued = [...inboxWork(host), ...pullWork(host)];
    // A mapping reads its shard several times a second: at once, or when much has come together.
    const isStreamRead = host.isEager || queued.length === 0;
    const work = [...queued, ...(isStreamRead ? streamWork(host) : []), ...busWork(host)];
    if (work.length === 0) return { unforeseen, isDone: true };
    const ended = await Promise.all(work.map((one) => one()));
    for (const one of ended) if (one) unforeseen.push(one);
  }
  return { unforeseen, isDone: false };
}

type Work = () => Promise<Unforeseen | undefined>;

function inboxWork(host: Host): readonly Work[] {
  const messages = host.inbox.take(inboxBatchSize);
  if (messages.length === 0) return [];
  return [
    async () => {
      const Records = messages.map(({ id, body }) => sqsRecord(id, body));
      const result = await host.invoke("ingest", { Records });
      const failed = result.ok
        ? new Set(result.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
        : undefined;
      for (const message of messages) {
        if (failed && !failed.has(message.id)) host.inbox.done(message);
        else host.inbox.failed(message);
      }
      return explained("ingest", result);
    },
  ];
}

function pullWork(host: Host): readonly Work[] {
  return host.pulls.take(pullsAtOnce).map((message) => async () => {
    const result = await host.invoke("pull", { Records: [sqsRecord(message.id, message.body)] });
    const isDone = result.ok && result.value.batchItemFailures.length === 0;
    if (isDone) host.pulls.done(message);
    else host.pulls.failed(message);
    return explained("pull", result);
  });
}

function streamWork(host: Host): readonly Work[] {
  return host.stream.due().map((batch) => async () => {
    host.stream.begun(batch);
    const result = await host.invoke(batch.spec.name, recordsOf(batch));
    if (result.ok) host.stream.done(batch);
    else host.stream.failed(batch);
    return explained(batch.spec.name, result);
  });
}

/** Records in the rig's own form, read back by its own `readRecord`. */
function recordsOf({ entries }: Batch): { Records: DynamoDBRecord[] } {
  return { Records: entries.map(({ change }) => change) as unknown as DynamoDBRecord[] };
}

function busWork(host: Host): readonly Work[] {
  return busTargets.flatMap(({ functionName }, at) => {
    const queue: SimQueue | undefined = host.targets[at];
    return (queue?.take(targetsAtOnce) ?? []).map((message) => async () => {
      const event = JSON.parse(message.body) as EventBridgeEvent<string, unknown>;
      const result = await host.invoke(functionName, event);
      if (result.ok) queue?.done(message);
      else queue?.failed(message);
      return explained(functionName, result);
    });
  });
}

/** Crashes and failures that were armed are of the plan; anything else is a fault of the product. */
function explained(where: string, result: Invoked<unknown>): Unforeseen | undefined {
  if (result.ok || result.error instanceof Crash || result.error instanceof HubError)
    return undefined;
  if (result.error instanceof Error && result.error.message.endsWith("is down")) return undefined;
  return { where, error: result.error };
}
