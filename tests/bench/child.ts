import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

import type { Heard, Stop } from "./serve-requests.ts";

interface Options<Note> {
  /** What the process tells unasked. */
  readonly onNote?: (note: Note) => void;
  /** Flags of Node.js for the process; default: none, whatever this one has. */
  readonly flags?: readonly string[];
}

/** A process of its own for what is measured, so that measuring and measured do not share a thread. */
export class Child<Request, Answer, Note = never> {
  readonly #process: ChildProcess;
  #heard: ((heard: Heard<Answer, Note>) => void) | undefined;

  constructor(
    file: URL,
    { onNote = () => undefined, flags = process.execArgv }: Options<Note> = {},
  ) {
    this.#process = fork(file, { execArgv: [...flags] });
    this.#process.on("message", (heard: Heard<Answer, Note>) => {
      if (heard.kind === "note") onNote(heard.note);
      else this.#heard?.(heard);
    });
    this.#process.on("exit", (code) => {
      this.#heard?.({ kind: "failure", failure: `The process ended with ${String(code)}` });
    });
  }

  /** Rejects with what went wrong in the process, or when it ended instead of answering. */
  async ask(request: Request): Promise<Answer> {
    return this.#ask(request);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    try {
      await this.#ask({ kind: "stop" });
    } finally {
      if (this.#process.connected) this.#process.disconnect();
      await exited;
    }
  }

  async #ask(request: Request | Stop): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Heard<Answer, Note>>();
    this.#heard = resolve;
    this.#process.send(request as object);
    const heard = await promise;
    this.#heard = undefined;
    if (heard.kind === "answer") return heard.answer;
    throw new Error(heard.kind === "failure" ? heard.failure : "A note is no answer");
  }
}
