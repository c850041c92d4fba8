import { connect } from "node:net";
import type { Socket } from "node:net";

import type { BenchEvent } from "../workload/event-maker.ts";

/**
 * Sends deliveries over connections that stay open, each one request at a time, with as little work as
 * possible: a client that took as much of the machine as the server would measure itself.
 */
export class HttpLanes {
  readonly #idle: Lane[] = [];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  readonly #lanes: readonly Lane[];

  constructor(target: URL, lanes: number) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane(target));
    this.#idle.push(...this.#lanes);
  }

  /** Resolves with the status of the answer. `onSent` is called when a connection was free and took it. */
  async send(event: BenchEvent, onSent: () => void): Promise<number> {
    const lane = this.#idle.pop() ?? (await this.#nextIdle());
    onSent();
    try {
      return await lane.send(event);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(lane);
      else this.#idle.push(lane);
    }
  }

  close(): void {
    for (const lane of this.#lanes) lane.close();
  }

  #nextIdle(): Promise<Lane> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

/** One connection, opened anew where the server has closed it because it was idle. */
class Lane {
  readonly #target: URL;
  #socket: Socket | undefined;
  #received = "";
  #answered: { resolve(status: number): void; reject(error: Error): void } | undefined;

  constructor(target: URL) {
    this.#target = target;
  }

  async send(event: BenchEvent): Promise<number> {
    const kept = this.#socket;
    if (kept) {
      try {
        return await this.#exchange(kept, event);
      } catch {
        // The server gave up the idle connection just now; any HTTP client opens another one.
        kept.destroy();
      }
    }
    return await this.#exchange(await this.#open(), event);
  }

  #exchange(socket: Socket, { headers, body }: BenchEvent): Promise<number> {
    const { pathname, host } = this.#target;
    const lines = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${host}`,
      `content-length: ${Buffer.byteLength(body)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Promise<Socket> {
    const socket = connect(Number(this.#target.port), this.#target.hostname);
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#read(text));
    return new Promise((resolve, reject) => {
      socket.once("connect", () => {
        this.#socket = socket;
        resolve(socket);
      });
      socket.on("error", (error) => {
        reject(error);
        this.#end(socket, error);
      });
      socket.on("close", () => this.#end(socket, new Error("The server closed the connection")));
    });
  }

  #end(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#received = "";
    this.#answered?.reject(error);
    this.#answered = undefined;
  }

  /** The servers here always name the length of their answers. */
  #read(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/iu.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = "";
    this.#answered?.resolve(status);
    this.#answered = undefined;
  }
}
