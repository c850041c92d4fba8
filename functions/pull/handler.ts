import type { SQSBatchResponse, SQSEvent } from "aws-lambda";

import { HubError } from "#shared/errors.ts";
import { eachMessage } from "#shared/kit/batch.ts";
import { PullMessage } from "#shared/model/pull.ts";

import type { PullDeps } from "./deps.ts";
import { pull } from "./pull.ts";

/** One batch of pieces of reading, each standing alone. */
export function createHandler(deps: PullDeps): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async function handler(event) {
    return eachMessage(
      event.Records,
      async (record) => pull(deps, PullMessage.parse(JSON.parse(record.body))),
      (record, error) => {
        const code = error instanceof HubError ? error.code : "unexpected";
        deps.logger.error("pull.message-failed", { messageId: record.messageId, code });
      },
    );
  };
}
