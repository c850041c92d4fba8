import { describe, expect, test } from "vitest";

import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Write } from "#shared/ports/table.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { DynamoSender } from "./client.ts";
import { toAttributes } from "./codec.ts";
import type { AttributeMap } from "./codec.ts";
import { createDynamoTable } from "./table.ts";

// What the embedded database never does: throttling, conflicts, lost answers, partial batches.

const item = { pk: "p", sk: "s", v: 1 };
const put: Write = { kind: "put", item, condition: [[["pk", "absent"]]] };
const key = { pk: "p", sk: "s" };
const unavailable = expect.objectContaining({ code: "store.unavailable" });

type Answer = object | Error;

function failure(name: string, fields: object = {}): Error {
  return Object.assign(new Error(name), { name, ...fields });
}

const refused = (current?: Item): Error =>
  failure("ConditionalCheckFailedException", current && { Item: toAttributes(current) });

/** A server that gives these answers one by one, the last one again and again. */
function serverWith(...answers: readonly Answer[]) {
  const inputs: Record<string, unknown>[] = [];
  const send = (command: { readonly input: Record<string, unknown> }): Promise<object> => {
    const answer = answers[Math.min(inputs.length, answers.length - 1)] ?? {};
    inputs.push(command.input);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const sleptMs: number[] = [];
  const manual = new ManualClock("2026-11-21T00:00:00.000Z");
  const clock: Clock = {
    nowMs: () => manual.nowMs(),
    now: () => manual.now(),
    sleep: (ms) => {
      sleptMs.push(ms);
      return Promise.resolve();
    },
  };
  let applied = 0;
  const table = createDynamoTable({
    // The adapter reads of an answer only what these tests put into it.
    client: { send: send as DynamoSender["send"], destroy: () => undefined },
    tableName: "hub",
    clock,
    random: () => 0.5,
    onWrite: () => {
      applied += 1;
    },
  });
  return { table, inputs, sleptMs, applied: () => applied };
}

describe("passing failures", () => {
  test.each([
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "TransactionConflictException",
    "InternalServerError",
    "TimeoutError",
  ])("%s is waited out, longer each time", async (name) => {
    const { table, sleptMs, applied } = serverWith(failure(name), failure(name), failure(name), {});
    expect(await table.write(put)).toEqual({ applied: true });
    expect(sleptMs).toEqual([10, 20, 40]);
    expect(applied()).toBe(1);
  });

  test("that do not pass end as store.unavailable after ten attempts and capped pauses", async () => {
    const { table, inputs, sleptMs, applied } = serverWith(failure("ThrottlingException"));
    await expect(table.write(put)).rejects.toEqual(unavailable);
    expect(inputs).toHaveLength(10);
    expect(Math.max(...sleptMs)).toBe(500);
    expect(applied()).toBe(0);
  });

  test("of a missing table or right are not repeated", async () => {
    for (const name of ["ResourceNotFoundException", "AccessDeniedException"]) {
      const { table, inputs } = serverWith(failure(name));
      await expect(table.get(key)).rejects.toEqual(unavailable);
      expect(inputs).toHaveLength(1);
    }
  });

  test("of a wrong request are defects, not outages", async () => {
    const { table, inputs } = serverWith(failure("ValidationException"));
    await expect(table.get(key)).rejects.toEqual(
      expect.objectContaining({ code: "invariant.broken" }),
    );
    expect(inputs).toHaveLength(1);
  });

  test("carry no text of the server in their message, which may quote an item", async () => {
    const secret = Object.assign(failure("AccessDeniedException"), {
      message: "about Ada Lovelace",
    });
    const { table } = serverWith(secret);
    await expect(table.get(key)).rejects.toThrow(/^(?!.*Ada).*AccessDeniedException/u);
  });
});

describe("lost answers", () => {
  test("a put that finds its own item after one was applied", async () => {
    const { table, applied } = serverWith(failure("TimeoutError"), refused(item));
    expect(await table.write(put)).toEqual({ applied: true });
    expect(applied()).toBe(1);
  });

  test("a put that finds another item was not applied", async () => {
    const other = { ...item, v: 2 };
    const { table } = serverWith(failure("TimeoutError"), refused(other));
    expect(await table.write(put)).toEqual({ applied: false, current: other });
  });

  test("without one, an equal item is still a failed condition", async () => {
    const { table } = serverWith(failure("ThrottlingException"), refused(item));
    expect(await table.write(put)).toEqual({ applied: false, current: item });
  });

  test("an addition is never sent again after one, but after a refusal it is", async () => {
    const lost = serverWith(failure("TimeoutError"), {});
    await expect(lost.table.add(key, { count: 1 })).rejects.toEqual(unavailable);
    expect(lost.inputs).toHaveLength(1);
    const throttled = serverWith(
      failure("ThrottlingException"),
      Object.assign(new Error("closed"), { code: "ECONNREFUSED" }),
      {},
    );
    await throttled.table.add(key, { count: 1 });
    expect(throttled.inputs).toHaveLength(3);
  });

  test("a transaction is repeated under the same token", async () => {
    const { table, inputs } = serverWith(failure("TimeoutError"), {});
    expect(await table.transact([put])).toEqual({ applied: true });
    expect(inputs).toHaveLength(2);
    expect(inputs[0]?.["ClientRequestToken"]).toBe(inputs[1]?.["ClientRequestToken"]);
  });
});

describe("cancelled transactions", () => {
  const cancelled = (...codes: readonly string[]): Error =>
    failure("TransactionCanceledException", {
      CancellationReasons: codes.map((Code) => ({ Code })),
    });

  test("in conflict with another are repeated", async () => {
    const { table, inputs } = serverWith(cancelled("None", "TransactionConflict"), {});
    expect(
      await table.transact([put, { kind: "check", key: { pk: "q", sk: "s" }, condition: [] }]),
    ).toEqual({ applied: true });
    expect(inputs).toHaveLength(2);
  });

  test("in conflict and on a condition are repeated, since the conflict hides other conditions", async () => {
    const { table, inputs } = serverWith(
      cancelled("ConditionalCheckFailed", "TransactionConflict"),
      cancelled("ConditionalCheckFailed"),
    );
    expect(await table.transact([put])).toEqual({
      applied: false,
      failed: [{ index: 0, current: undefined }],
    });
    expect(inputs).toHaveLength(2);
  });

  test("for another reason are defects", async () => {
    const { table, inputs } = serverWith(cancelled("ValidationError"));
    await expect(table.transact([put])).rejects.toEqual(
      expect.objectContaining({ code: "invariant.broken" }),
    );
    expect(inputs).toHaveLength(1);
  });
});

describe("partial batches", () => {
  const keys = [key, { pk: "q", sk: "s" }];
  const unread = (...left: readonly object[]) => ({
    Responses: { hub: [] as AttributeMap[] },
    UnprocessedKeys: { hub: { Keys: left } },
  });

  test("unread keys are asked for again until all are read", async () => {
    const { table, inputs } = serverWith(
      {
        Responses: { hub: [toAttributes(item)] },
        UnprocessedKeys: { hub: { Keys: [toAttributes({ pk: "q", sk: "s" })] } },
      },
      { Responses: { hub: [toAttributes({ pk: "q", sk: "s" })] } },
    );
    expect(await table.batchGet(keys)).toEqual([item, { pk: "q", sk: "s" }]);
    expect(inputs).toHaveLength(2);
  });

  test("a server that never reads them ends as store.unavailable", async () => {
    const { table, inputs } = serverWith(unread(...keys.map(toAttributes)));
    await expect(table.batchGet(keys)).rejects.toEqual(unavailable);
    expect(inputs).toHaveLength(10);
  });
});
