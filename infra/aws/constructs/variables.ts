import type { Right } from "../../topology-parts.ts";
import type { HubResources } from "./hub-resources.ts";

type Variables = Readonly<Record<string, string>>;

/** The variables that come with a right: how a function finds what it may use. */
export const variablesOf: Readonly<Record<Right, (hub: HubResources) => Variables>> = {
  "table:read": ({ table }) => ({ TABLE_NAME: table.name }),
  "table:write": ({ table }) => ({ TABLE_NAME: table.name }),
  "queue:inbox:send": ({ queues }) => ({ INBOX_QUEUE_URL: queues.inbox.queue.queueUrl }),
  "queue:pulls:send": ({ queues }) => ({ PULLS_QUEUE_URL: queues.pulls.queue.queueUrl }),
  "queues:admin": ({ queues: { inbox, pulls, custom } }) => ({
    INBOX_QUEUE_URL: inbox.queue.queueUrl,
    INBOX_DEAD_QUEUE_URL: inbox.deadLetters.queueUrl,
    PULLS_QUEUE_URL: pulls.queue.queueUrl,
    PULLS_DEAD_QUEUE_URL: pulls.deadLetters.queueUrl,
    CUSTOM_QUEUE_URL: custom.queue.queueUrl,
    CUSTOM_DEAD_QUEUE_URL: custom.deadLetters.queueUrl,
  }),
  "bus:publish": ({ bus }) => ({ BUS_NAME: bus.bus.eventBusName }),
  "event-rules:write": ({ bus, queues }) => ({
    BUS_NAME: bus.bus.eventBusName,
    CUSTOM_QUEUE_ARN: queues.custom.queue.queueArn,
  }),
  "secrets:read": ({ secrets }) => ({ SECRET_PREFIX: secrets.prefix }),
  "secrets:write": ({ secrets }) => ({ SECRET_PREFIX: secrets.prefix }),
  "access-token:read": ({ secrets }) => ({ ACCESS_TOKEN_SECRET_ARN: secrets.accessTokenArn }),
  "mail:send": () => ({}),
  "sources:call": () => ({}),
  "public-url": ({ publicUrl }) => ({ PUBLIC_URL: publicUrl }),
};
