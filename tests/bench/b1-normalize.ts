import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { goalKindReader } from "#connectors/jira/goal-types.ts";
import type { NormalizeContext } from "#connectors/jira/normalize-context.ts";
import { normalizeIssue } from "#connectors/jira/normalize.ts";
import { instantOf } from "#shared/model/time.ts";
import { specsPath } from "#shared/testing/specs.ts";

import type { Bench, BenchResult, Check } from "./bench.ts";
import { interleaved } from "./interleaved.ts";
import { amount } from "./report.ts";
import { createSite, jiraConnection } from "./workload/company.ts";
import { EventMaker } from "./workload/event-maker.ts";
import { leanIssue } from "./workload/jira-issue.ts";
import { recordedMix } from "./workload/mix.ts";

const rounds = { rounds: 80, warmUps: 30 };
/** Bodies a turn, so that one turn takes milliseconds. */
const bodiesPerTurn = 100;
const pageSize = 100;
const startMs = Date.UTC(2026, 10, 20);
const readAt = instantOf(startMs + 3_600_000);

export const normalize: Bench = {
  id: "B1",
  title: "Normalize: JSON text of Jira → change of the graph, against JSON.parse alone",
  async run(): Promise<BenchResult> {
    const recorded = recordedBodies();
    const own = ownBodies();
    const lean = [leanPage()];
    const workloads: Workload[] = [
      {
        what: "webhooks of the recorded mix, hand-written",
        texts: own,
        issuesIn: issueOf,
        atMost: 1.1,
      },
      { what: `lean pages of ${pageSize}`, texts: lean, issuesIn: issuesOf, atMost: 1.3 },
    ];
    if (recorded) {
      workloads.unshift({
        what: "recorded webhooks",
        texts: recorded,
        issuesIn: issueOf,
        atMost: 1.1,
      });
    }
    return {
      checks: workloads.map(compare),
      notes: [
        ...workloads.map(sizeLine),
        ...(recorded ? [] : ["recorded webhooks were skipped: they are not beside this checkout"]),
      ],
    };
  },
};

interface Workload {
  readonly what: string;
  readonly texts: readonly string[];
  /** The issues of a parsed text, as whoever reads it finds them. */
  readonly issuesIn: (parsed: unknown) => readonly unknown[];
  readonly atMost: number;
}

function compare({ what, texts, issuesIn, atMost }: Workload): Check {
  const turns = Math.max(1, Math.round(bodiesPerTurn / texts.length));
  // What is made must be used, or it might not be made.
  let made = 0;
  const each = (work: (text: string) => void) => () => {
    for (let turn = 0; turn < turns; turn += 1) for (const text of texts) work(text);
  };
  const parseAndNormalize = (text: string) => {
    for (const issue of issuesIn(JSON.parse(text))) {
      made += "change" in normalizeIssue(context, issue, readAt) ? 1 : 0;
    }
  };
  const parse = (text: string) => {
    made += issuesIn(JSON.parse(text)).length;
  };
  const { subjectUs, peerUs, ratio } = interleaved(rounds, each(parseAndNormalize), each(parse));
  if (made === 0) throw new Error("Nothing was normalized");
  return {
    what: `${what}: parse and normalize`,
    measured: subjectUs / turns / texts.length,
    limit: peerUs / turns / texts.length,
    limitName: "JSON.parse alone",
    unit: "µs a text",
    ratio,
    target: { atMost },
  };
}

/** What the settings of an ordinary connection amount to. */
const context: NormalizeContext = {
  connectionId: jiraConnection,
  siteUrl: "https://bench.example",
  fields: { goalLinks: [], blockedBy: [], team: undefined, kept: [], refused: [], missing: [] },
  goalKindOf: goalKindReader(["Initiative=initiative"]),
  blockingOf: ({ name }) => (name === "Blocks" ? "forward" : undefined),
  teamOfProject: new Map(),
  dropped: new Set(["won't do", "duplicate"]),
  resolveUrl: () => undefined,
};

function issueOf(parsed: unknown): readonly unknown[] {
  return typeof parsed === "object" && parsed !== null && "issue" in parsed ? [parsed.issue] : [];
}

function issuesOf(parsed: unknown): readonly unknown[] {
  const isPage = typeof parsed === "object" && parsed !== null && "issues" in parsed;
  return isPage && Array.isArray(parsed.issues) ? parsed.issues : [];
}

/** As they went over the wire, without the indentation that they are kept with. */
function recordedBodies(): readonly string[] | undefined {
  const folder = specsPath("jira", "webhooks");
  if (folder === undefined) return undefined;
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name) => JSON.stringify(JSON.parse(readFileSync(join(folder, name), "utf8"))));
}

function ownBodies(): readonly string[] {
  const events = new EventMaker(createSite(startMs), startMs);
  const fat = recordedMix.filter((kind) => kind !== "comment-event");
  return events.take(fat, fat.length * 2).map(({ body }) => body);
}

function leanPage(): string {
  const { stories } = createSite(startMs);
  return JSON.stringify({ issues: stories.slice(0, pageSize).map(leanIssue), isLast: true });
}

function sizeLine({ what, texts }: Workload): string {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length;
  return `${what}: ${texts.length} texts of ${amount(Math.round(bytes))} bytes on average`;
}
