import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import type { DynamoEndpoint } from "#shared/adapters/dynamodb/client.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";

/** Where Amazon's DynamoDB Local is: unpacked on this machine, or running somewhere. */
export type Found = { readonly folder: string } | { readonly endpoint: string };

export interface DynamoDbLocal {
  readonly at: DynamoEndpoint;
  stop(): Promise<void>;
}

/** Whatever the machine has: nothing of ours needs it but this test. */
const java = "java";
const startMsMax = 30_000;
const lookEveryMs = 100;

/**
 * `DYNAMODB_LOCAL_DIR` names a folder with its jars (as unpacked, or as Maven copies them), and
 * `DYNAMODB_LOCAL_ENDPOINT` one that runs. Without either, or without Java, says why and gives nothing.
 */
export function findDynamoDbLocal(environment: NodeJS.ProcessEnv): Found | undefined {
  const endpoint = environment["DYNAMODB_LOCAL_ENDPOINT"];
  if (endpoint) return { endpoint };
  const folder = environment["DYNAMODB_LOCAL_DIR"];
  if (!folder) return skipped("neither DYNAMODB_LOCAL_DIR nor DYNAMODB_LOCAL_ENDPOINT is set");
  if (spawnSync(java, ["-version"]).status !== 0) return skipped("there is no Java to run it");
  return { folder: resolve(folder) };
}

function skipped(why: string): undefined {
  process.stderr.write(`skipped: the contract on DynamoDB Local, for ${why}\n`);
  return undefined;
}

/** Any credentials do; only letters and digits may be in them. */
const access = {
  region: "us-east-1",
  credentials: { accessKeyId: "contract", secretAccessKey: "contract" },
} as const;

export async function startDynamoDbLocal(found: Found): Promise<DynamoDbLocal> {
  if ("endpoint" in found) {
    return { at: { endpoint: found.endpoint, ...access }, stop: () => Promise.resolve() };
  }
  const { folder } = found;
  const port = await freePort();
  const libraries = join(folder, "DynamoDBLocal_lib");
  const options = [
    `-Djava.library.path=${libraries}:${folder}`,
    "-cp",
    [join(folder, "*"), join(libraries, "*")].join(":"),
    "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
    "-inMemory",
    "-disableTelemetry",
    "-port",
    String(port),
  ];
  const server = spawn(java, options, {
    // It writes a file of its own where it starts.
    cwd: tmpdir(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let lastWords = "";
  server.stderr.on(
    "data",
    (chunk: Buffer) => (lastWords = (lastWords + String(chunk)).slice(-500)),
  );
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const at = { endpoint: `http://127.0.0.1:${String(port)}`, ...access };
  const stop = async () => {
    server.kill("SIGKILL");
    await ended;
  };
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += lookEveryMs) {
    if (server.exitCode !== null) break;
    if (await answers(at.endpoint)) return { at, stop };
    await systemClock.sleep(lookEveryMs);
  }
  await stop();
  throw new Error(`DynamoDB Local of ${folder} does not answer: ${lastWords}`);
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address) resolve(address.port);
        else reject(new Error("No free port"));
      });
    });
  });
}
