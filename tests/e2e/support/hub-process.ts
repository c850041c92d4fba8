import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

import { killLeftovers } from "#infra/local/database/leftovers.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

const root = join(import.meta.dirname, "../../..");
/** What a start may take here, where the machine may be busy with other things. */
const readyWithinMs = 90_000;
const endsWithinMs = 20_000;

export interface HubRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface StartOptions {
  readonly dataDir: string;
  /** Further arguments of the command line: `--no-sample`, `--pace 0`. */
  readonly args?: readonly string[];
  /** 0, the default, lets the hub choose. */
  readonly port?: number;
  readonly logLevel?: "debug" | "info" | "warn";
}

/** A hub as a person starts it: the program itself, in a process of its own. */
export class HubProcess {
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #stdout = "";
  #stderr = "";
  #hasExited = false;

  private constructor(options: StartOptions) {
    this.dataDir = options.dataDir;
    const args = ["--data", options.dataDir, "--port", String(options.port ?? 0)];
    this.#child = spawnHub([...args, ...(options.args ?? [])], options.logLevel);
    this.#exited = once(this.#child, "close").then(([code]: (number | null)[]) => {
      this.#hasExited = true;
      return code ?? null;
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  /** Starts the program and returns at once: its page answers before it says that it is ready. */
  static spawn(options: StartOptions): HubProcess {
    return new HubProcess(options);
  }

  /** Starts it and waits for the line with its URL. Rejects with what it wrote when it ends instead. */
  static async start(options: StartOptions): Promise<HubProcess> {
    const hub = new HubProcess(options);
    await hub.ready();
    return hub;
  }

  /** The URL, once it stands alone on a line of the standard output. */
  get url(): string {
    const url = /^(http:\/\/127\.0\.0\.1:\d+)$/mu.exec(this.#stdout)?.[1];
    if (url === undefined) throw new Error("the hub has not printed its URL");
    return url;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All that it wrote: the log goes to the error output. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  async ready(): Promise<void> {
    const deadlineMs = performance.now() + readyWithinMs;
    while (!/^http:\/\/127\.0\.0\.1:\d+$/mu.test(this.#stdout)) {
      if (this.#hasExited) throw new Error(`the hub ended instead of starting: ${this.#stderr}`);
      if (performance.now() > deadlineMs) throw new Error(`the hub is not ready: ${this.#stderr}`);
      await wallClock.sleep(10);
    }
  }

  /** Asks it to end, as Ctrl-C and service managers do; the exit code. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number | null> {
    if (!this.#hasExited) this.#child.kill(signal);
    const alarm = AbortSignal.timeout(endsWithinMs);
    const late = once(alarm, "abort").then(() => "late" as const);
    const code = await Promise.race([this.#exited, late]);
    if (code !== "late") return code;
    this.#child.kill("SIGKILL");
    throw new Error(`the hub did not end within ${endsWithinMs} ms: ${this.#stderr}`);
  }

  /** `kill -9`: no last word, nothing flushed. Its database server survives it, as it would in earnest. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** For the end of a story, whatever became of it: nothing of this hub runs afterwards. */
  async end(): Promise<void> {
    if (!this.#hasExited) await this.stop();
    const file = join(this.dataDir, "throughline.db");
    await killLeftovers(file, wallClock, createSilentLogger());
  }
}

/** Runs the program to its end: for starts that are refused. */
export async function runHub(args: readonly string[]): Promise<HubRun> {
  const child = spawnHub(args);
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), endsWithinMs);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** A port that was free a moment ago: for a hub that is to come back at the same address. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

function spawnHub(args: readonly string[], logLevel = "warn"): ChildProcess {
  const main = join(root, "infra/local/main.ts");
  return spawn(process.execPath, [main, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { LOG_LEVEL: logLevel, TZ: "Asia/Kathmandu" },
  });
}
