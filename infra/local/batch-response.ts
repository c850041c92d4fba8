import * as z from "zod";

/** What a batch function said about its batch. */
export type BatchResponse =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "partial"; readonly failed: ReadonlySet<string> };

const PartialResponse = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * Reads the answer of a function whose mapping reports batch item failures, with Lambda's rules: no
 * answer or an empty list is success, an identifier that is malformed or of no record in the batch
 * fails it whole (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html, 2026-11).
 */
export function readBatchResponse(value: unknown, known: ReadonlySet<string>): BatchResponse {
  if (value === undefined || value === null) return { kind: "succeeded" };
  const parsed = PartialResponse.safeParse(value);
  if (!parsed.success) return { kind: "failed", reason: "its batch response is malformed" };
  const failed = new Set(parsed.data.batchItemFailures?.map((each) => each.itemIdentifier));
  if (failed.size === 0) return { kind: "succeeded" };
  if (![...failed].every((identifier) => known.has(identifier))) {
    return { kind: "failed", reason: "its batch response names a record it was not given" };
  }
  return { kind: "partial", failed };
}
