import type * as z from "zod";

import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { Journal } from "./journal.ts";

interface OperationsSpec<Operation, Effect> {
  readonly schema: z.ZodType<Operation>;
  readonly clock: Clock;
  readonly journal: Journal;
  /**
   * Changes the state. Deterministic: the same operation at the same moment on the same state makes the
   * same ids and the same result, since replay repeats it. Throws, with the state untouched, to refuse.
   */
  readonly apply: (operation: Operation, at: Instant) => Effect;
  /** Sends the webhooks of what happened; not called in replay. */
  readonly emit: (effect: Effect) => void;
}

/**
 * The one way in which a simulator's state changes, whoever asks: a client, a person in the browser,
 * the control API or the sample company. Order: apply, append to the journal, emit.
 */
export class Operations<Operation, Effect> {
  readonly #spec: OperationsSpec<Operation, Effect>;

  constructor(spec: OperationsSpec<Operation, Effect>) {
    this.#spec = spec;
  }

  /** Applies the journal to the seeded state; returns how many operations that were. Call once, at start. */
  replay(): number {
    const lines = this.#spec.journal.read();
    for (const { at, operation } of lines) this.#spec.apply(this.#spec.schema.parse(operation), at);
    return lines.length;
  }

  /** Throws `ZodError` on an operation of the wrong shape, and whatever `apply` refuses with. */
  perform(input: unknown): Effect {
    const operation = this.#spec.schema.parse(input);
    const at = this.#spec.clock.now();
    const effect = this.#spec.apply(operation, at);
    this.#spec.journal.append({ at, operation });
    this.#spec.emit(effect);
    return effect;
  }
}
