import type { Source } from "#shared/kit/connector.ts";

import { serveRequests } from "../serve-requests.ts";
import type { Stop } from "../serve-requests.ts";
import type { Reader, ReadAnswer, ReadRequest } from "./messages.ts";
import { startMeter } from "./meter.ts";
import type { Measured } from "./meter.ts";
import { parseOnly } from "./parse-only.ts";
import { peakRssMiB } from "./peak-memory.ts";
import { consentedSource, tokenSource } from "./sources.ts";

/** What reads, in a process of its own: neither the site nor the benchmark share its thread and memory. */
serveRequests(async (request: ReadRequest | Stop): Promise<ReadAnswer> => {
  if (request.kind === "stop") return { issues: 0, ms: 0, cpuMs: 0, peakRssMiB: 0 };
  const readers: Readonly<Record<Reader, () => Promise<Measured>>> = {
    source: () => counted(request, issuesOf(tokenSource(request))),
    "consented-source": () => counted(request, issuesOf(consentedSource(request))),
    "parse-only": () => counted(request, parseOnly(request)),
    "pull-into-memory": () => pulled(request),
    "pull-into-nothing": () => pulled(request),
    "pull-into-database": () => pulled(request),
  };
  const measured = await readers[request.reader]();
  return { ...measured, peakRssMiB: peakRssMiB() };
});

/** Loaded only where it is needed: what is not measured takes no memory either. */
async function pulled(request: ReadRequest): Promise<Measured> {
  const { pullInto } = await import("./pull-into.ts");
  return pullInto(request);
}

/** Normalized, counted and let go. */
async function* issuesOf(source: Source): AsyncGenerator<number> {
  for await (const { changes, rejected } of source.pull("issues", undefined)) {
    if (rejected.length > 0) throw new Error(`An issue was rejected: ${rejected[0]?.reason}`);
    yield changes.length;
  }
}

async function counted({ pagesMax }: ReadRequest, pages: AsyncIterable<number>): Promise<Measured> {
  let meter = startMeter();
  let issues = 0;
  let count = 0;
  for await (const read of pages) {
    count += 1;
    // A part of a run says nothing of the requests that it begins with: the clock starts after them.
    if (pagesMax !== undefined && count === 1) {
      meter = startMeter();
      continue;
    }
    issues += read;
    if (count > (pagesMax ?? Infinity)) break;
  }
  return { issues, ...meter() };
}
