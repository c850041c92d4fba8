import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

import type { Answer, Ingested, Request } from "./messages.ts";

/** A process of its own for what is measured, so that measuring and measured do not share a thread. */
export class Child {
  readonly #process: ChildProcess;
  #answered: ((answer: Answer) => void) | undefined;

  constructor(file: URL, onIngested: (ingested: Ingested) => void = () => undefined) {
    this.#process = fork(file);
    this.#process.on("message", (message: Answer | Ingested) => {
      if (message.kind === "ingested") onIngested(message);
      else this.#answered?.(message);
    });
    this.#process.on("exit", (code) => {
      this.#answered?.({ kind: "answer", failure: `The process ended with ${String(code)}` });
    });
  }

  /** Rejects with what went wrong in the process, or when it ended instead of answering. */
  async ask(request: Request): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answered = resolve;
    this.#process.send(request);
    const answer = await promise;
    this.#answered = undefined;
    if (answer.failure !== undefined) throw new Error(answer.failure);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    try {
      await this.ask({ kind: "stop" });
    } finally {
      if (this.#process.connected) this.#process.disconnect();
      await exited;
    }
  }
}
