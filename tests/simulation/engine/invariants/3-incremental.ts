import { recompute } from "#functions/detect/recompute.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Item } from "#shared/ports/table.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { signalSpec } from "#shared/store/specs.ts";

import { signalsIn } from "../clean-read.ts";
import { detectDeps } from "../host/processes.ts";
import type { Run } from "../run.ts";
import { violated } from "../run.ts";

/** 3, whenever the stream has drained: open signals are those that a pass over everything gives. */
export async function checkIncremental(run: Run): Promise<void> {
  // What the stream has lost is found by the hour.
  if (run.lost.has("detect")) return;
  if (!run.host.stream.isDrained || run.host.stream.givenUp.length > 0) return;
  const before = await openOf(run);
  const { differing } = await recompute(detectDeps(run.host.ground));
  if (differing === 0) return;
  const after = await openOf(run);
  const lines = [
    ...before.filter((one) => !after.includes(one)).map((one) => `-${one}`),
    ...after.filter((one) => !before.includes(one)).map((one) => `+${one}`),
  ];
  violated(run, 3, `${differing} signals differ from a recomputed graph: ${lines.join(" ")}`);
}

async function openOf(run: Run): Promise<readonly string[]> {
  const open = await listDocuments(run.host.table, signalSpec, lists.openSignals);
  return open.map(nameOf);
}

function nameOf({ id, teamIds, severity, leaderId }: Signal): string {
  return `${id} ${severity} ${teamIds.join(",")} ${leaderId ?? ""}`;
}

/**
 * 3, at the end: the same signals as in a hub that saw nothing but the world as it is. That they are those of
 * the graph as it is stored was just checked, and that this graph is that of `clean`: what is looked for
 * here is a signal that rests on how the graph came about, and every third company shows it.
 */
export async function checkSameSignals(run: Run, clean: readonly Item[]): Promise<void> {
  if (run.plan.seed % 3 !== 0) return;
  // Whose teams somebody erased was of, only those know who were there.
  if (run.erased.size > 0) return;
  const all = await listDocuments(run.host.table, signalSpec, lists.openSignals);
  // What a hub could not see on its way another had no occasion to miss.
  const open = all.filter(({ rule }) => rule !== "coverage-lost" && rule !== "connection-degraded");
  // Where somebody was who has left, a hub remembers that did not come too late.
  const tell = hasLeavers(run) ? nameOfWork : nameOf;
  const is = new Set(open.flatMap(tell));
  const should = new Set((await signalsIn(run, clean)).flatMap(tell));
  for (const one of should) if (!is.has(one)) violated(run, 3, `no open signal ${one}`);
  for (const one of is) if (!should.has(one)) violated(run, 3, `open for no reason: ${one}`);
}

function nameOfWork({ id, rule }: Signal): string | readonly never[] {
  return rule === "blocked-across-boundary" ? [] : id;
}

function hasLeavers({ company }: Run): boolean {
  return company.sites.people.tool
    .visible("employees")
    .some(({ fields }) => fields["isActive"] === false);
}
