import type { QueueName } from "../../topology-parts.ts";
import type { HubBus } from "./hub-bus.ts";
import type { HubQueue } from "./hub-queue.ts";
import type { HubSecrets } from "./hub-secrets.ts";
import type { HubTable } from "./hub-table.ts";

/** What functions work with: the holders of the hub's data, before there is any function. */
export interface HubResources {
  readonly table: HubTable;
  readonly queues: Readonly<Record<QueueName, HubQueue>>;
  readonly bus: HubBus;
  readonly secrets: HubSecrets;
  /** Where people and sources reach the hub, without a slash at the end. */
  readonly publicUrl: string;
}
