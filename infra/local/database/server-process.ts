import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { HubError } from "#shared/errors.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { beforeWeGo } from "./last-moments.ts";

export interface ServerExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The last line it wrote to its error output. */
  readonly lastWords: string;
}

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  readonly exited: Promise<ServerExit>;
  /** Asks it to end, then makes it. */
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly binary: string;
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** It starts in milliseconds, but opening a file after a crash replays its log first. */
const answersWithinMs = 30_000;
const lookEveryMs = 5;
const stopsWithinMs = 3_000;
const portsTried = 10;

/** Starts the server on a random free port of 127.0.0.1, another one if somebody takes it first. */
export async function startOnFreePort(options: ServerOptions): Promise<ServerProcess> {
  for (let tried = 1; ; tried += 1) {
    const result = await startServer(options, await freePort());
    if ("pid" in result) return result;
    const portTaken = /in use/u.test(result.lastWords);
    if (!portTaken || tried >= portsTried) throw notStarted(options.file, result);
  }
}

/**
 * Starts the server and waits until it answers; the way it ended if it ends before that. It never
 * outlives this process, unless that is killed without notice (see `killLeftovers`).
 */
export async function startServer(
  { binary, file, clock, logger }: ServerOptions,
  port: number,
): Promise<ServerProcess | ServerExit> {
  // A group of its own keeps the terminal's Ctrl-C from ending it before we are done with it.
  const child = spawn(
    binary,
    ["serve", "--host", "127.0.0.1", "--port", String(port), "--db-path", file],
    {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = exitOf(child, logger);
  const takeBack = beforeWeGo(() => void child.kill("SIGKILL"));
  const state = { ended: false };
  const whenEnded = async (): Promise<void> => {
    await exited;
    takeBack();
    state.ended = true;
  };
  void whenEnded();
  const waitUntilMs = clock.nowMs() + answersWithinMs;
  while (!state.ended && clock.nowMs() < waitUntilMs) {
    if ((await answers(port)) && !state.ended && child.pid !== undefined) {
      return { pid: child.pid, port, exited, stop: () => stop(child, exited, clock) };
    }
    await clock.sleep(lookEveryMs);
  }
  child.kill("SIGKILL");
  return await exited;
}

function notStarted(file: string, { exitCode, signal, lastWords }: ServerExit): HubError {
  return new HubError(
    "store.unavailable",
    `The embedded database could not open ${file} (${lastWords || "no reason given"}): check that its disk is neither full nor read-only and the file is intact.`,
    { details: { exitCode: exitCode ?? "none", signal: signal ?? "none" } },
  );
}

function exitOf(child: ChildProcess, logger: Logger): Promise<ServerExit> {
  let lastWords = "";
  forEachLine(child.stdout, (line) => {
    logger.debug("database.output", { line });
  });
  forEachLine(child.stderr, (line) => {
    logger.debug("database.output", { line });
    if (line !== "") lastWords = line;
  });
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve({ exitCode: undefined, signal: undefined, lastWords: error.message });
    });
    child.once("close", (exitCode, signal) => {
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined, lastWords });
    });
  });
}

function forEachLine(stream: Readable | null, use: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", use);
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${String(port)}/`, {
      signal: AbortSignal.timeout(1_000),
    });
    await response.arrayBuffer();
    return response.headers.has("x-dynoxide-version");
  } catch (error) {
    // Not listening yet.
    if (error instanceof Error) return false;
    throw error;
  }
}

async function stop(child: ChildProcess, exited: Promise<ServerExit>, clock: Clock): Promise<void> {
  const done = new AbortController();
  child.kill("SIGTERM");
  const forced = clock.sleep(stopsWithinMs, done.signal).then(
    () => void child.kill("SIGKILL"),
    () => undefined,
  );
  await exited;
  done.abort();
  await forced;
}

/** A port that is free now. Random, since web pages may talk to a server whose port they can guess. */
function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new HubError("store.unavailable", "No free port was found on 127.0.0.1"));
      });
    });
  });
}
