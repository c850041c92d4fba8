/** What Lambda wants back for a batch whose event source mapping reports item failures. */
export interface BatchResponse {
  readonly batchItemFailures: { itemIdentifier: string }[];
}

/**
 * For queues: every message stands alone. All are tried; those that throw come back later.
 * `onFailure` is told each error, for the log.
 */
export async function eachMessage<M extends { readonly messageId: string }>(
  messages: readonly M[],
  handle: (message: M) => Promise<void>,
  onFailure: (message: M, error: unknown) => void,
): Promise<BatchResponse> {
  const results = await Promise.allSettled(messages.map(handle));
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const [index, result] of results.entries()) {
    const message = messages[index];
    if (result.status === "fulfilled" || !message) continue;
    onFailure(message, result.reason);
    batchItemFailures.push({ itemIdentifier: message.messageId });
  }
  return { batchItemFailures };
}
