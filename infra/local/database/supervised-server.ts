import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { startOnFreePort, startServer } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";

const restartBaseMs = 50;
const restartCapMs = 5_000;
/** A server that lived this long starts the count of its failures anew. */
const healthyAfterMs = 60_000;

export interface SupervisedServer {
  readonly port: number;
  /** Of the process that serves now; changes with a restart. */
  pid(): number;
  close(): Promise<void>;
}

interface SupervisorOptions {
  readonly binary: string;
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps a server running on one port until closed: when it ends on its own, it is started again,
 * after a pause that grows with each failure in a row.
 */
export async function superviseServer(options: SupervisorOptions): Promise<SupervisedServer> {
  const { clock, logger } = options;
  const closing = new AbortController();
  let server: ServerProcess = await startOnFreePort(options);
  const { port } = server;

  const watch = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      const startedAtMs = clock.nowMs();
      const { exitCode, signal, lastWords } = await server.exited;
      if (closing.signal.aborted) return;
      failures = clock.nowMs() - startedAtMs > healthyAfterMs ? 1 : failures + 1;
      logger.error("database.crashed", { pid: server.pid, exitCode, signal, lastWords, failures });
      server = await restart(failures);
    }
  };

  const restart = async (failures: number): Promise<ServerProcess> => {
    for (let tried = failures; ; tried += 1) {
      await clock.sleep(Math.min(restartCapMs, restartBaseMs * 2 ** (tried - 1)), closing.signal);
      const result = await startServer(options, port);
      if ("pid" in result) {
        logger.info("database.restarted", { pid: result.pid, port });
        return result;
      }
      logger.error("database.restart-failed", { port, lastWords: result.lastWords, tried });
    }
  };

  const watched = watch().catch((error: unknown) => {
    if (!closing.signal.aborted) throw error;
  });

  return {
    port,
    pid: () => server.pid,
    close: async () => {
      closing.abort();
      await server.stop();
      await watched;
      // A restart under way when closing began has ended by now and left its server here.
      await server.stop();
    },
  };
}
