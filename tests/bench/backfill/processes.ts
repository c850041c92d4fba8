import { bundleProcess } from "../bundle-process.ts";
import { Child } from "../child.ts";
import { withTemporaryFolder } from "../temporary-folder.ts";
import type { ReadAnswer, ReadRequest, SiteAccess, SiteAnswer, SiteRequest } from "./messages.ts";

/** The processes of one benchmark: one of simulated sites, and one for whatever reads. */
export interface Processes {
  startSite(issues: number, latencyMs: number): Promise<SiteAccess>;
  /** Since it was last asked of the same site. */
  requestsTo(site: SiteAccess): Promise<{ readonly requests: number; readonly throttled: number }>;
  read(request: Omit<ReadRequest, "kind">): Promise<ReadAnswer>;
  /** In a new process that ends with it, as functions are deployed: bundled, and under flags of Node.js. */
  readAlone(request: Omit<ReadRequest, "kind">, flags: readonly string[]): Promise<ReadAnswer>;
}

const siteFile = new URL("site-process.ts", import.meta.url);
const readFile = new URL("read-process.ts", import.meta.url);

export function withProcesses<T>(work: (processes: Processes) => Promise<T>): Promise<T> {
  return withTemporaryFolder((folder) => withProcessesIn(folder, work));
}

async function withProcessesIn<T>(
  folder: string,
  work: (processes: Processes) => Promise<T>,
): Promise<T> {
  let bundled: Promise<URL> | undefined;
  const sites = new Child<SiteRequest, SiteAnswer>(siteFile);
  const reader = new Child<ReadRequest, ReadAnswer>(readFile);
  try {
    return await work({
      startSite: async (issues, latencyMs) => {
        const { access } = await sites.ask({ kind: "start-site", issues, latencyMs });
        if (!access) throw new Error("The site did not start");
        return access;
      },
      requestsTo: async ({ url }) => {
        const { requests, throttled } = await sites.ask({ kind: "count-requests", url });
        return { requests: requests ?? Number.NaN, throttled: throttled ?? Number.NaN };
      },
      read: (request) => reader.ask({ kind: "read", ...request }),
      readAlone: async (request, flags) => {
        bundled ??= bundleProcess(readFile, folder);
        const alone = new Child<ReadRequest, ReadAnswer>(await bundled, { flags });
        try {
          return await alone.ask({ kind: "read", ...request });
        } finally {
          await alone.stop();
        }
      },
    });
  } finally {
    await Promise.all([sites.stop(), reader.stop()]);
  }
}
