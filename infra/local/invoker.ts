import { randomUUID } from "node:crypto";

import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { Deadlines } from "./deadlines.ts";
import { failureReason } from "./failure-reason.ts";

/** The part of Lambda's context object that handlers may rely on. */
export interface InvocationContext {
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

/** A function as it is deployed: takes an event of its trigger's shape. */
export type Handler = (event: never, context: InvocationContext) => unknown;

export interface HostedFunction {
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
}

export type InvocationOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly timedOut: boolean };

export interface FunctionStats {
  readonly invocations: number;
  readonly failures: number;
  readonly timeouts: number;
  readonly inFlight: number;
  readonly totalDurationMs: number;
  readonly maxDurationMs: number;
  readonly lastFailure?: { readonly at: string; readonly reason: string };
}

interface Tally {
  invocations: number;
  failures: number;
  timeouts: number;
  inFlight: number;
  totalDurationMs: number;
  maxDurationMs: number;
  lastFailure?: { readonly at: string; readonly reason: string };
}

interface InvokerOptions {
  readonly functions: Readonly<Record<string, HostedFunction>>;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const timedOut = Symbol("timed out");

/**
 * Runs functions one invocation at a time, each within its timeout. A failure is an outcome, never
 * an exception. What a handler does after its timeout goes on, other than on Lambda, but is ignored.
 */
export class Invoker {
  readonly #options: InvokerOptions;
  readonly #tallies = new Map<string, Tally>();
  readonly #deadlines: Deadlines;
  #invocations = 0;
  #inFlight = 0;

  constructor(options: InvokerOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock);
    for (const name of Object.keys(options.functions)) {
      this.#tallies.set(name, {
        invocations: 0,
        failures: 0,
        timeouts: 0,
        inFlight: 0,
        totalDurationMs: 0,
        maxDurationMs: 0,
      });
    }
  }

  /** How many invocations there have been; grows while anything happens. */
  get invocations(): number {
    return this.#invocations;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  stats(): Readonly<Record<string, FunctionStats>> {
    return Object.fromEntries([...this.#tallies].map(([name, tally]) => [name, { ...tally }]));
  }

  /** Nothing is timed any more; call it when no invocation matters any longer. */
  close(): void {
    this.#deadlines.close();
  }

  /** Never rejects. Throws at once if the function is not hosted here. */
  async invoke(name: string, event: unknown): Promise<InvocationOutcome> {
    const { functions, handlers, clock } = this.#options;
    const spec = functions[name];
    const handler = handlers[name];
    const tally = this.#tallies.get(name);
    if (spec === undefined || handler === undefined || tally === undefined) {
      throw new TypeError(`No function "${name}" is hosted here`);
    }
    const startedAtMs = clock.nowMs();
    const deadlineMs = startedAtMs + spec.timeoutSeconds * 1_000;
    const context: InvocationContext = {
      functionName: name,
      awsRequestId: randomUUID(),
      memoryLimitInMB: String(spec.memoryMb),
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.nowMs()),
    };
    this.#invocations += 1;
    this.#inFlight += 1;
    tally.invocations += 1;
    tally.inFlight += 1;
    const outcome = await this.#run(handler, event, context, deadlineMs);
    const durationMs = clock.nowMs() - startedAtMs;
    this.#inFlight -= 1;
    tally.inFlight -= 1;
    tally.totalDurationMs += durationMs;
    tally.maxDurationMs = Math.max(tally.maxDurationMs, durationMs);
    if (!outcome.ok) this.#noteFailure(tally, context, outcome, durationMs);
    return outcome;
  }

  async #run(
    handler: Handler,
    event: unknown,
    context: InvocationContext,
    deadlineMs: number,
  ): Promise<InvocationOutcome> {
    const { promise: timeout, resolve: miss } = Promise.withResolvers<typeof timedOut>();
    const meet = this.#deadlines.add(deadlineMs, () => miss(timedOut));
    try {
      const value = await Promise.race([callHandler(handler, event, context), timeout]);
      if (value !== timedOut) return { ok: true, value };
      const seconds = this.#options.functions[context.functionName]?.timeoutSeconds ?? 0;
      const reason = `it did not finish within ${seconds} seconds`;
      return { ok: false, reason, timedOut: true };
    } catch (error) {
      return { ok: false, reason: failureReason(error), timedOut: false };
    } finally {
      meet();
    }
  }

  #noteFailure(
    tally: Tally,
    context: InvocationContext,
    outcome: InvocationOutcome & { readonly ok: false },
    durationMs: number,
  ): void {
    tally.failures += 1;
    if (outcome.timedOut) tally.timeouts += 1;
    tally.lastFailure = { at: this.#options.clock.now(), reason: outcome.reason };
    this.#options.logger.error("invocation.failed", {
      function: context.functionName,
      requestId: context.awsRequestId,
      reason: outcome.reason,
      timedOut: outcome.timedOut,
      durationMs,
    });
  }
}

/**
 * Handlers are typed by the event they take. The host builds that shape from the function's own
 * trigger, so the event given here is the one the handler declares.
 */
async function callHandler(
  handler: Handler,
  event: unknown,
  context: InvocationContext,
): Promise<unknown> {
  return await handler(event as never, context);
}
