import { expect, test } from "vitest";

import { systemClock } from "#shared/adapters/system-clock.ts";
import { HubError } from "#shared/errors.ts";

import { Invoker, type Handler } from "./invoker.ts";
import { createLogger, silentLogger } from "./logger.ts";

function invokerOf(handler: Handler): { readonly invoker: Invoker; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const logger = createLogger({ clock: systemClock, level: "debug", format: "json", write });
  const functions = { work: { timeoutSeconds: 0.02, memoryMb: 256 } };
  const invoker = new Invoker({
    functions,
    handlers: { work: handler },
    clock: systemClock,
    logger,
  });
  return { invoker, lines };
}

test("a handler gets its event and a context with the time it has left", async () => {
  const { invoker } = invokerOf((event: string, context) => [
    event,
    context.functionName,
    context.getRemainingTimeInMillis() <= 20,
  ]);
  expect(await invoker.invoke("work", "hello")).toEqual({
    ok: true,
    value: ["hello", "work", true],
  });
});

test("a failure is an outcome with its reason, counted and logged without the event", async () => {
  const { invoker, lines } = invokerOf(() => {
    throw new HubError("store.unavailable", "The table is away.");
  });
  const outcome = await invoker.invoke("work", { secret: "canary" });
  expect(outcome).toEqual({
    ok: false,
    reason: "store.unavailable: The table is away.",
    timedOut: false,
  });
  expect(invoker.stats()["work"]).toMatchObject({ invocations: 1, failures: 1, inFlight: 0 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('"event":"invocation.failed"');
  expect(lines[0]).not.toContain("canary");
});

test("an invocation past its timeout is a failure, whatever it does later", async () => {
  const { invoker } = invokerOf(() => systemClock.sleep(60));
  const outcome = await invoker.invoke("work", {});
  expect(outcome).toMatchObject({ ok: false, timedOut: true });
  expect(invoker.stats()["work"]).toMatchObject({ failures: 1, timeouts: 1, inFlight: 0 });
});

test("a handler that throws something that is no error still fails cleanly", async () => {
  const { invoker } = invokerOf(() => Promise.reject("just text"));
  const outcome = await invoker.invoke("work", {});
  expect(outcome).toEqual({ ok: false, reason: "an unknown error", timedOut: false });
});

test("each of many invocations has its own deadline, whatever runs beside it", async () => {
  const functions = {
    short: { timeoutSeconds: 0.02, memoryMb: 1 },
    long: { timeoutSeconds: 30, memoryMb: 1 },
  };
  const hang = () => new Promise(() => undefined);
  const wait = (event: number) => systemClock.sleep(event);
  const invoker = new Invoker({
    functions,
    handlers: { short: hang, long: wait },
    clock: systemClock,
    logger: silentLogger,
  });
  const long = invoker.invoke("long", 60);
  const first = await invoker.invoke("short", {});
  const second = await Promise.all([invoker.invoke("short", {}), invoker.invoke("short", {})]);
  expect([first, ...second].map(({ ok }) => ok)).toEqual([false, false, false]);
  expect(await long).toEqual({ ok: true, value: undefined });
  invoker.close();
});
