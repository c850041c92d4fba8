import type { ReadAnswer, SiteAccess } from "./backfill/messages.ts";
import { withProcesses } from "./backfill/processes.ts";
import type { Processes } from "./backfill/processes.ts";
import type { Bench, BenchResult, Check } from "./bench.ts";
import { loadLine } from "./machine.ts";
import { amount } from "./report.ts";
import { median } from "./statistics.ts";

const issues = 100_000;
const issuesPerPage = 100;
const lanes = 8;
const rounds = 3;
const latencyMs = 150;
/** Pages that one lane reads, before and after all lanes do: a thousand would take minutes. */
const oneLanePages = 30;
/** For the whole pull function, which is told of and not judged. */
const stored = { memory: 20_000, database: 3000 } as const;

export const backfill: Bench = {
  id: "B4",
  title: `Backfill without limits: ${amount(issues)} issues of a simulated Jira site in its own process`,
  run: () =>
    withProcesses(async (processes) => {
      const fast = await atNoLatency(processes);
      const slow = await atLatency(processes);
      const notes = await wholeFunction(processes);
      return {
        checks: [...fast.checks, ...slow.checks],
        notes: [...fast.notes, ...slow.notes, ...notes],
      };
    }),
};

/** Source and reader in turns, so that what else the machine does falls on both. */
async function atNoLatency({ startSite, read }: Processes): Promise<BenchResult> {
  const warm = await startSite(5000, 0);
  const site = await startSite(issues, 0);
  const source = (access: SiteAccess) => read({ reader: "source", access, lanes });
  const peer = (access: SiteAccess) => read({ reader: "parse-only", access, lanes });
  for (let round = 0; round < 2; round += 1) {
    await source(warm);
    await peer(warm);
  }
  const measured: { readonly own: ReadAnswer; readonly other: ReadAnswer }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isSourceFirst = round % 2 === 0;
    const first = await (isSourceFirst ? source : peer)(site);
    const second = await (isSourceFirst ? peer : source)(site);
    measured.push(isSourceFirst ? { own: first, other: second } : { own: second, other: first });
  }
  for (const { own, other } of measured) assertWhole(own, other);
  const cpu = (pick: (one: (typeof measured)[number]) => ReadAnswer) =>
    amount(median(measured.map((one) => (pick(one).cpuMs * 1000) / issues)));
  return {
    checks: [
      {
        what: `issues a second at 0 ms a page, read and normalized on ${lanes} lanes`,
        measured: median(measured.map(({ own }) => perSecond(own))),
        limit: median(measured.map(({ other }) => perSecond(other))),
        limitName: "fetching and JSON.parse of the same pages, same lanes",
        unit: "issues/s",
        ratio: median(measured.map(({ own, other }) => perSecond(own) / perSecond(other))),
        target: { atLeast: 0.8 },
      },
    ],
    notes: [
      `at 0 ms, by round: ${measured.map(({ own, other }) => `${amount(perSecond(own))} of ${amount(perSecond(other))}`).join(", ")} issues/s; ${loadLine()}`,
      `processor time of the reading process: ${cpu(({ own }) => own)} µs an issue, of the reader ${cpu(({ other }) => other)}; what hides the difference is waiting for the site`,
    ],
  };
}

async function atLatency(processes: Processes): Promise<BenchResult> {
  const { startSite } = processes;
  const site = await startSite(issues, latencyMs);
  const byToken = await lanesAgainstOne(processes, site, "source");
  const byConsent = await lanesAgainstOne(processes, site, "consented-source");
  return {
    checks: [...byToken.checks, ...byConsent.checks],
    notes: [byToken.note, byConsent.note].map((note) => `${note}; ${loadLine()}`),
  };
}

const ways = { source: "by API token", "consented-source": "by consent" } as const;

async function lanesAgainstOne(
  { read, requestsTo }: Processes,
  access: SiteAccess,
  reader: keyof typeof ways,
): Promise<{ readonly checks: readonly Check[]; readonly note: string }> {
  const way = ways[reader];
  const one = () => read({ reader, access, lanes: 1, pagesMax: oneLanePages });
  const before = await one();
  await requestsTo(access);
  const all = await read({ reader, access, lanes });
  assertWhole(all);
  const { requests, throttled } = await requestsTo(access);
  const after = await one();
  const oneLane = (before.issues + after.issues) / ((before.ms + after.ms) / 1000);
  return {
    checks: [
      {
        what: `issues a second at ${latencyMs} ms a page, ${lanes} lanes, ${way}`,
        measured: perSecond(all),
        limit: oneLane,
        limitName: `one lane, ${2 * oneLanePages} pages of it,`,
        unit: "issues/s",
        target: { atLeast: 7 },
      },
      {
        // 0.0105 requests per issue, told by the page since a hundredth is hard to see.
        what: `requests for pages of a hundred, ${way}`,
        measured: requests,
        limit: issues / issuesPerPage,
        limitName: "one a page",
        unit: "requests",
        target: { atMost: 1.05 },
      },
    ],
    note: `${way}: ${amount(issues)} issues in ${(all.ms / 1000).toFixed(1)} s, ${amount(requests)} requests (${(requests / issues).toFixed(5)} per issue), ${throttled} refused`,
  };
}

async function wholeFunction({ startSite, read }: Processes): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const [reader, count] of [
    ["pull-into-memory", stored.memory],
    ["pull-into-database", stored.database],
  ] as const) {
    const access = await startSite(count, 0);
    const { issues: read_, ms, cpuMs } = await read({ reader, access, lanes });
    const rate = amount(read_ / (ms / 1000));
    notes.push(
      `not judged, ${reader.replaceAll("-", " ")}: ${amount(read_)} issues at ${rate}/s, ${amount((cpuMs * 1000) / read_)} µs of processor time each; ${loadLine()}`,
    );
  }
  return notes;
}

function perSecond({ issues: read, ms }: ReadAnswer): number {
  return (read / ms) * 1000;
}

/** A reader that misses some would be fast. */
function assertWhole(...answers: readonly ReadAnswer[]): void {
  for (const { issues: read } of answers) {
    if (read !== issues) throw new Error(`${read} of ${issues} issues were read`);
  }
}
