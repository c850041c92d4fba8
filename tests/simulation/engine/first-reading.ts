import type { HeldItems } from "#shared/adapters/memory/memory-table.ts";
import { hourMs } from "#shared/model/time.ts";
import type { SecretValues } from "#shared/ports/secrets.ts";
import type { Item } from "#shared/ports/table.ts";
import { scanAll } from "#shared/store/list.ts";

import { settle } from "./acts.ts";
import type { BeginOptions } from "./begin.ts";
import { begin } from "./begin.ts";
import type { CompanyChoice, Plan } from "./plan.ts";
import { calm } from "./regressions/calm.ts";
import type { Run, Violation } from "./run.ts";
import { connectAll } from "./setup.ts";
import type { ToolName } from "./world/company.ts";
import { toolNames } from "./world/company.ts";
import type { ConsentStanding } from "./world/consent.ts";
import type { Registration } from "./world/site.ts";

/** Connects the company to its hub; nothing is read yet. */
export async function connectCompany(run: Run): Promise<void> {
  // The company is older than its hub: what it has was not changed just now.
  run.clock.advance(12 * hourMs);
  const { graceMinutes } = run.plan.config;
  await connectAll(run.host, run.company, { graceMinutes, handSecret: run.network.handSecret });
}

/** What stands after everything was read once and told to whom it concerns, and nothing went wrong. */
interface FirstReading {
  readonly held: HeldItems;
  readonly atMs: number;
  readonly digest: string;
  readonly secrets: ReadonlyMap<string, SecretValues>;
  readonly sites: Readonly<Record<ToolName, SiteStanding>>;
  readonly told: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
}

interface SiteStanding {
  readonly registrations: ReadonlyMap<string, Registration>;
  readonly consent: ConsentStanding | undefined;
}

interface Wanted {
  readonly company: CompanyChoice;
  readonly hasWebhooks: boolean;
  readonly graceMinutes: number;
}

/** Of this process, by what they depend on: a few companies, each read by the first run that wants it. */
const known = new Map<string, Promise<FirstReading>>();

/**
 * The run at the end of a calm first reading of its company. That reading is the same for all runs that
 * name the company, so it is made once and each goes on from what it left: the same items, secrets and
 * registrations, in processes that have just started.
 */
export async function beginRead(plan: Plan, company: CompanyChoice): Promise<Run> {
  const { hasWebhooks, graceMinutes } = plan.config;
  const wanted: Wanted = { company, hasWebhooks, graceMinutes };
  const key = JSON.stringify(wanted);
  const reading = known.get(key) ?? readCalmly(wanted);
  known.set(key, reading);
  return goOn(plan, await reading);
}

async function readCalmly({ company, hasWebhooks, graceMinutes }: Wanted): Promise<FirstReading> {
  // Below zero, so that no run of a seed draws the same ids once more.
  const seed = -company.number;
  const config = { ...calm, company, hasWebhooks, graceMinutes };
  const run = begin({ seed, config, steps: [] });
  run.step = "first reading";
  await connectCompany(run);
  await settle(run);
  await untilNothingWaits(run);
  const { host, company: read, clock } = run;
  const items = await scanAll(host.table);
  return {
    held: { items, sequenceNumber: String(host.records) },
    atMs: clock.nowMs(),
    digest: host.digest(),
    secrets: host.ground.vault.values,
    sites: {
      tracker: standingOf(read.sites.tracker),
      board: standingOf(read.sites.board),
      people: standingOf(read.sites.people),
    },
    told: read.channel.received,
    violations: run.violations,
  };
}

function standingOf({ registrations, consent }: Run["company"]["sites"][ToolName]): SiteStanding {
  return { registrations, consent: consent?.standing };
}

const waitsMax = 10;

async function untilNothingWaits(run: Run): Promise<void> {
  const { host, clock } = run;
  for (let round = 0; round < waitsMax; round += 1) {
    const queues = [host.inbox, host.pulls, ...host.targets];
    const nextMs = Math.min(...queues.map(({ nextDueMs }) => nextDueMs));
    if (!Number.isFinite(nextMs)) return;
    clock.advance(Math.max(0, nextMs - clock.nowMs()));
    await settle(run);
  }
}

function goOn(plan: Plan, reading: FirstReading): Run {
  const { held, secrets, sites, told, atMs, digest, violations } = reading;
  const options: BeginOptions = { held };
  const run = begin(plan, options);
  const { clock, company, host } = run;
  clock.advance(atMs - clock.nowMs());
  host.trace(`read ${digest}`);
  for (const [name, values] of secrets) host.ground.vault.values.set(name, values);
  for (const name of toolNames) {
    const { registrations, consent } = sites[name];
    for (const [url, one] of registrations) company.sites[name].registrations.set(url, one);
    if (consent) company.sites[name].consent?.stand(consent);
  }
  for (const [key, times] of told) company.channel.received.set(key, times);
  for (const item of inOrder(held.items)) {
    for (const watch of run.watchers) watch({ sequenceNumber: "0", after: item });
  }
  // What already went wrong there is wrong with every run that rests on it.
  run.violations.push(...violations);
  return run;
}

/** Connections first: whoever watches knows of them before anything that rests on them. */
function inOrder(items: readonly Item[]): readonly Item[] {
  const isConnection = (item: Item) => item["type"] === "connection";
  return [...items.filter(isConnection), ...items.filter((item) => !isConnection(item))];
}
