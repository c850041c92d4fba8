import type { HeldItems } from "#shared/adapters/memory/memory-table.ts";
import { dayMs } from "#shared/model/time.ts";
import type { ItemChange } from "#shared/ports/table.ts";

import type { CreateTable } from "./host/host.ts";
import { Host } from "./host/host.ts";
import { Interpreted } from "./interpreted.ts";
import { watchDeletions } from "./invariants/7-deletion.ts";
import { watchHonesty } from "./invariants/8-honest.ts";
import { Met } from "./met.ts";
import type { Plan } from "./plan.ts";
import type { Run } from "./run.ts";
import { violated } from "./run.ts";
import { registryOf } from "./setup.ts";
import { foundCompany, toolNames } from "./world/company.ts";
import { Network } from "./world/network.ts";
import { VirtualClock } from "./world/virtual-clock.ts";

const startMs = Date.parse("2026-03-02T09:00:00.000Z");

export interface BeginOptions {
  /** Another table than the one in memory; where it is no part of this process, digests differ. */
  readonly createTable?: CreateTable;
  /** What the table in memory begins with. */
  readonly held?: HeldItems;
}

/** The company and its hub before anything has happened, wired to each other. */
export function begin(plan: Plan, { createTable, held }: BeginOptions = {}): Run {
  const { seed, config } = plan;
  // What is there at the start was there for a day.
  const clock = new VirtualClock(startMs - dayMs);
  const met = new Met();
  const { number, isSmall } = config.company ?? { number: seed, isSmall: false };
  const company = foundCompany({ seed: number, isSmall }, clock, met);
  clock.advance(dayMs);
  const registry = registryOf(company);
  const { busDuplicated, shards, isEager } = config;
  const host = new Host({
    seed,
    clock,
    registry,
    met,
    shards,
    busDuplicated,
    isEager,
    createTable,
    held,
  });
  const network = new Network({ seed, clock, company, config, met });
  const run: Run = {
    plan,
    clock,
    host,
    company,
    network,
    met,
    violations: [],
    watchers: [],
    interpreted: new Interpreted(),
    heardOf: new Set(),
    troubled: new Set(),
    lost: new Set(),
    erased: new Set(),
    step: "start",
    checks: 0,
  };
  wire(run);
  return run;
}

function wire(run: Run): void {
  const { host, network, company, plan } = run;
  if (plan.config.granularityMs > 1) run.met.add("coarse versions");
  const hear = ({ before, after }: ItemChange) => {
    const item = after ?? before;
    // A link that others assert of a record stands under its id too, whether it was read or not.
    if (item?.sk === "0") run.heardOf.add(item.pk);
  };
  run.watchers.push(hear, watchDeletions(run), watchHonesty(run));
  host.onRecord = (change) => {
    for (const watch of run.watchers) watch(change);
  };
  network.receive = async (event) => {
    const result = await host.invoke("receive", event);
    return result.ok ? (result.value.statusCode ?? 500) : 500;
  };
  host.stream.onLost = (reader) => {
    run.met.add("stream record lost");
    run.lost.add(reader);
  };
  host.onInvoking = (name) => run.interpreted.begun(name);
  host.onInvoked = (name, befell, isDead) => run.interpreted.ended(name, befell, isDead);
  for (const name of toolNames) {
    const site = company.sites[name];
    site.hasWebhooks = plan.config.hasWebhooks;
    site.pageSize = plan.config.pageSize;
    site.indexLagMs = plan.config.indexLagMs;
    site.tool.skewMs = plan.config.skewMs[name];
    site.tool.granularityMs = plan.config.granularityMs;
    if (site.tool.skewMs !== 0) run.met.add("clock skew");
    site.onInterpreted = ({ headers }) => run.interpreted.add(headers["x-delivery"] ?? "");
    if (site.consent) watchConsent(run, site.consent);
  }
}

/** A refresh token is used once; after a crash, whoever takes over cannot know that it was. */
function watchConsent(
  run: Run,
  consent: NonNullable<Run["company"]["sites"]["tracker"]["consent"]>,
): void {
  let mishapsBefore = 0;
  const mishaps = () => run.host.crashes + run.host.failures;
  consent.onRefresh = () => {
    run.met.add("token refreshed");
    mishapsBefore = mishaps();
  };
  consent.onReuse = () => {
    if (mishaps() === mishapsBefore)
      violated(run, 9, "a refresh token was used twice, though nobody died");
  };
}
