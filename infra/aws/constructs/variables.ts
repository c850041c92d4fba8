import type { Right } from "../../topology.ts";
import type { HubResources } from "./hub-resources.ts";

/** The variables that come with a right: how a function finds what it may use. */
export function variablesOf(right: Right, hub: HubResources): Readonly<Record<string, string>> {
  const { inbox, pulls } = hub.queues;
  switch (right) {
    case "table:read":
    case "table:write":
      return { TABLE_NAME: hub.table.name };
    case "queue:inbox:send":
      return { INBOX_QUEUE_URL: inbox.queue.queueUrl };
    case "queue:pulls:send":
      return { PULLS_QUEUE_URL: pulls.queue.queueUrl };
    case "queues:admin":
      return {
        INBOX_QUEUE_URL: inbox.queue.queueUrl,
        INBOX_DEAD_QUEUE_URL: inbox.deadLetters.queueUrl,
        PULLS_QUEUE_URL: pulls.queue.queueUrl,
        PULLS_DEAD_QUEUE_URL: pulls.deadLetters.queueUrl,
      };
    case "bus:publish":
      return { BUS_NAME: hub.bus.bus.eventBusName };
    case "secrets:read":
    case "secrets:write":
      return { SECRET_PREFIX: hub.secrets.prefix };
    case "access-token:read":
      return { ACCESS_TOKEN_SECRET_ARN: hub.secrets.accessTokenArn };
    case "public-url":
      return { PUBLIC_URL: hub.publicUrl };
  }
}
