import { Hono } from "hono";

import type { Clock } from "#shared/ports/clock.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { type ServedSimulator, serveSimulator } from "#shared/testing/simulator/serve.ts";

/** One goal as the file has it; what is left out is left out of the file. */
interface FileGoal {
  readonly id: string;
  title: string;
  readonly parent?: string;
  readonly status?: string;
  readonly url?: string;
}

/** A web server with one private file on it. */
export interface FileServer extends ServedSimulator {
  readonly faults: Faults;
  /** Change it, and the next request shows it. */
  readonly goals: FileGoal[];
}

export const filePath = "/strategy/goals.yaml";

interface FileServerOptions {
  readonly clock: Clock;
  readonly goals: readonly FileGoal[];
  /** What the `Authorization` header must be. */
  readonly authorization: string;
}

/** Serves a goals file on 127.0.0.1, as a repository's raw address would. */
export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const { clock, authorization } = options;
  const goals = options.goals.map((goal) => ({ ...goal }));
  const faults = new Faults();
  const app = new Hono();
  app.use(requestFaults({ faults, clock, renderStatus: () => ({ body: "" }) }));
  app.get(filePath, (c) => {
    if (c.req.header("authorization") !== authorization) return c.text("Not Found", 404);
    // JSON is YAML, which is what the file's name says.
    return c.text(JSON.stringify({ goals }));
  });
  const served = await serveSimulator({ app });
  return { ...served, faults, goals };
}
