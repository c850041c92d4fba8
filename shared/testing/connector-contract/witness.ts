import { HubError } from "#shared/errors.ts";
import type { Gap, Reading, Source } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";

/** Shorter texts occur in sentences by chance. */
const privateLengthMin = 6;

/**
 * Hears all that a connector lets out where operators see it, and knows what must not be in it: the
 * secrets of the settings, and every name, e-mail address and title that was read.
 */
export class Witness {
  readonly lines: LogLine[] = [];
  readonly #heard: string[] = [];
  readonly #private = new Set<string>();
  readonly #secrets = new Set<string>();
  readonly #defects: string[] = [];

  keepSecret(value: unknown): void {
    if (typeof value === "string") this.#secrets.add(value);
  }

  /** Whatever is at these places of a record must not be logged. */
  learn(fact: Fact): void {
    for (const name of ["title", "name", "displayName", "workEmail"] as const) {
      const value = name in fact ? fact[name as keyof Fact] : undefined;
      // Names of units and teams are no secret of a person.
      if (fact.type === "org-unit" || typeof value !== "string") continue;
      if (value.length >= privateLengthMin) this.#private.add(value);
    }
  }

  /** A value that the test itself has put into an answer. */
  forbid(value: string): void {
    this.#private.add(value);
  }

  hear(where: string, text: string): void {
    this.#heard.push(`${where}: ${text}`);
  }

  hearError(where: string, error: unknown): void {
    if (!(error instanceof HubError)) {
      this.#defects.push(`${where} threw what is no HubError: ${String(error)}`);
      return;
    }
    const { code, message, details, issues } = error;
    this.hear(where, JSON.stringify({ code, message, details, issues }));
  }

  /** What was let out that should not have been, and what was thrown that is no `HubError`. */
  findings(): readonly string[] {
    const logged = this.lines.map((line) => `log: ${JSON.stringify(line)}`);
    const leaks = [...this.#heard, ...logged].flatMap((text) =>
      [...this.#secrets, ...this.#private]
        .filter((value) => text.includes(value))
        .map((value) => `“${value}” is in ${text}`),
    );
    return [...new Set([...this.#defects, ...leaks])];
  }

  /** The same source, with this witness listening. */
  watch(source: Source): Source {
    return new Proxy(source, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]): unknown =>
          this.#watchResult(String(name), Reflect.apply(value, target, args));
      },
    });
  }

  #watchResult(name: string, result: unknown): unknown {
    if (result instanceof Promise) return this.#watchPromise(name, result);
    return isAsyncIterable(result) ? this.#watchPages(name, result) : result;
  }

  async #watchPromise(name: string, result: Promise<unknown>): Promise<unknown> {
    try {
      const value = await result;
      this.#look(name, value);
      return value;
    } catch (error) {
      this.hearError(name, error);
      throw error;
    }
  }

  async *#watchPages(name: string, pages: AsyncIterable<unknown>): AsyncIterable<unknown> {
    try {
      for await (const page of pages) {
        this.#look(name, page);
        yield page;
      }
    } catch (error) {
      this.hearError(name, error);
      throw error;
    }
  }

  #look(name: string, value: unknown): void {
    if (!isReading(value)) return;
    for (const change of value.changes) {
      if (change.kind === "upserted") this.learn(change.record);
    }
    for (const { record, reason } of value.rejected) this.hear(name, `${record}: ${reason}`);
    for (const gap of value.gaps ?? []) this.hear(name, gapText(gap));
  }
}

function gapText({ what, why }: Gap): string {
  return `${what}: ${why}`;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function isReading(value: unknown): value is Reading {
  return typeof value === "object" && value !== null && "changes" in value && "rejected" in value;
}
