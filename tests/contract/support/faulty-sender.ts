import type { DynamoSender } from "#shared/adapters/dynamodb/client.ts";

/** What a sender did to its requests, by the fault's name. */
export type FaultCounts = Map<string, number>;

interface Command {
  readonly input: object;
}

interface BatchInput {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly unknown[] }>>;
}

/**
 * A way to the database on which requests are throttled, in conflict, or answered to nobody after they
 * were carried out, and on which batches are read by half: what DynamoDB does and the embedded one never.
 */
export function faultySender(
  client: DynamoSender,
  random: () => number,
  met: FaultCounts,
): DynamoSender {
  const note = (name: string) => met.set(name, (met.get(name) ?? 0) + 1);
  const fail = (name: string, fields: object = {}) => {
    note(name);
    throw Object.assign(new Error(name), { name, ...fields });
  };
  const carryOut = (command: Command): Promise<object> =>
    // The adapter's own command, handed on.
    (client.send as unknown as (one: Command) => Promise<object>)(command);

  const send = async (command: Command): Promise<object> => {
    const dice = random();
    if (dice < 0.08) fail("ThrottlingException");
    if (dice < 0.14) fail("ProvisionedThroughputExceededException");
    if (dice < 0.2 && "TransactItems" in command.input) {
      const CancellationReasons = [{ Code: "TransactionConflict" }];
      fail("TransactionCanceledException", { CancellationReasons });
    }
    if (dice < 0.4 && "RequestItems" in command.input) return halfOf(command);
    const answer = await carryOut(command);
    // Additions are not repeated after a lost answer: what they count may be one short.
    if (dice > 0.92) fail("TimeoutError");
    return answer;
  };

  /** The first half of a batch, and the rest left unread, as DynamoDB does under load. */
  const halfOf = async (command: Command): Promise<object> => {
    const { RequestItems } = command.input as BatchInput;
    const [[tableName, request] = ["", { Keys: [] }]] = Object.entries(RequestItems);
    const half = Math.floor(request.Keys.length / 2);
    note("half a batch");
    const unread = { [tableName]: { ...request, Keys: request.Keys.slice(half) } };
    if (half === 0) return { Responses: {}, UnprocessedKeys: unread };
    const some = { [tableName]: { ...request, Keys: request.Keys.slice(0, half) } };
    const answer = await carryOut(
      Object.assign(Object.create(Object.getPrototypeOf(command) as object) as Command, command, {
        input: { ...command.input, RequestItems: some },
      }),
    );
    return { ...answer, UnprocessedKeys: unread };
  };

  // The adapter's commands get the database's own answers.
  return { send: send as DynamoSender["send"], destroy: () => undefined };
}
