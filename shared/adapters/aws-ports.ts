import type { AccessToken } from "#shared/ports/access-token.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { CloudMail } from "#shared/ports/cloud-mail.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";
import type { EventRules } from "#shared/ports/event-rules.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Outbound } from "#shared/ports/outbound.ts";
import type { Queue, QueueAdmin } from "#shared/ports/queue.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";

import { createAccessToken } from "./access-token.ts";
import { createDynamoClient } from "./dynamodb/client.ts";
import { createDynamoTable } from "./dynamodb/table.ts";
import { createEventBridgeRules, eventRuleCalls } from "./eventbridge-rules.ts";
import { createEventBridgeBus, eventBridgeCalls } from "./eventbridge.ts";
import { jsonLogger, type LogLevel } from "./json-logger.ts";
import { createOutbound } from "./outbound/outbound.ts";
import { createSecretsManagerSecrets, secretsManagerCalls } from "./secrets-manager.ts";
import { createSesMail, sesCalls } from "./ses-mail.ts";
import { createSqsQueueAdmin, sqsAdministering } from "./sqs-admin.ts";
import { createSqsClient, createSqsQueue, sqsSending } from "./sqs.ts";
import { systemClock } from "./system-clock.ts";

// One function per port: the bundler drops the ports that a function does not name, and with them
// their AWS clients. Clients are static imports, because Lambda loads them at full speed before the
// first request, while a later load would run on the function's share of a processor.

export const clock: Clock = systemClock;

export function logger(
  environment: { readonly LOG_LEVEL: LogLevel },
  functionName: string,
): Logger {
  return jsonLogger({ clock, level: environment.LOG_LEVEL, fields: { function: functionName } });
}

export function table(environment: { readonly TABLE_NAME: string }): Table {
  return createDynamoTable({
    client: createDynamoClient(),
    tableName: environment.TABLE_NAME,
    clock,
  });
}

export function inbox(environment: { readonly INBOX_QUEUE_URL: string }): Queue {
  return createSqsQueue(sqsSending(createSqsClient()), environment.INBOX_QUEUE_URL);
}

export function pulls(environment: { readonly PULLS_QUEUE_URL: string }): Queue {
  return createSqsQueue(sqsSending(createSqsClient()), environment.PULLS_QUEUE_URL);
}

export function queueAdmin(environment: {
  readonly INBOX_QUEUE_URL: string;
  readonly INBOX_DEAD_QUEUE_URL: string;
  readonly PULLS_QUEUE_URL: string;
  readonly PULLS_DEAD_QUEUE_URL: string;
  readonly CUSTOM_QUEUE_URL: string;
  readonly CUSTOM_DEAD_QUEUE_URL: string;
}): QueueAdmin {
  return createSqsQueueAdmin(sqsAdministering(createSqsClient()), {
    inbox: { url: environment.INBOX_QUEUE_URL, deadUrl: environment.INBOX_DEAD_QUEUE_URL },
    pulls: { url: environment.PULLS_QUEUE_URL, deadUrl: environment.PULLS_DEAD_QUEUE_URL },
    custom: { url: environment.CUSTOM_QUEUE_URL, deadUrl: environment.CUSTOM_DEAD_QUEUE_URL },
  });
}

export function bus(environment: { readonly BUS_NAME: string }): EventBus {
  return createEventBridgeBus({ calls: eventBridgeCalls(), busName: environment.BUS_NAME, clock });
}

export function eventRules(environment: {
  readonly BUS_NAME: string;
  readonly CUSTOM_QUEUE_ARN: string;
}): EventRules {
  return createEventBridgeRules({
    calls: eventRuleCalls(),
    busName: environment.BUS_NAME,
    queueArn: environment.CUSTOM_QUEUE_ARN,
  });
}

export function secrets(environment: { readonly SECRET_PREFIX: string }): Secrets {
  return createSecretsManagerSecrets({
    calls: secretsManagerCalls(),
    prefix: environment.SECRET_PREFIX,
    clock,
  });
}

export function accessToken(environment: {
  readonly ACCESS_TOKEN_SECRET_ARN: string;
}): AccessToken {
  return createAccessToken({
    calls: secretsManagerCalls(),
    secretId: environment.ACCESS_TOKEN_SECRET_ARN,
    clock,
  });
}

export function outbound(): Outbound {
  return createOutbound();
}

export function cloudMail(): CloudMail {
  return createSesMail(sesCalls());
}
