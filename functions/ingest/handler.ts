import type { SQSBatchResponse, SQSEvent } from "aws-lambda";

import { HubError } from "#shared/errors.ts";

import { ingest } from "./ingest.ts";
import type { IngestDeps } from "./ingest.ts";

/** One batch of the inbox. Messages that failed come back; the others are done. */
export function createHandler(deps: IngestDeps): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async function handler(event) {
    const ends = await ingest(
      deps,
      event.Records.map((record) => record.body),
    );
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const [index, record] of event.Records.entries()) {
      const end = ends[index];
      if (end === undefined || end === "done") continue;
      batchItemFailures.push({ itemIdentifier: record.messageId });
      const code = end.failed instanceof HubError ? end.failed.code : "unexpected";
      deps.logger.error("ingest.message-failed", { messageId: record.messageId, code });
    }
    return { batchItemFailures };
  };
}
