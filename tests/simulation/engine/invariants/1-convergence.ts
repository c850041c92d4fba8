import type { Fact } from "#shared/model/facts.ts";
import type { Item } from "#shared/ports/table.ts";
import { scanAll } from "#shared/store/list.ts";

import { changesOf } from "../clean-read.ts";
import { contentOf } from "../content.ts";
import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { toolNames } from "../world/company.ts";
import type { Tool, Truth } from "../world/tool.ts";
import { isLeftAlone } from "./left-alone.ts";

/**
 * 1, while it runs: what was left alone for a bounded time is stored as it is at its tool. A deletion may
 * wait for the reconcile; what no version tells, for a look at everything.
 */
export async function checkSettled(run: Run, forMinutes: number): Promise<void> {
  for (const name of toolNames) {
    const { tool } = run.company.sites[name];
    if (run.troubled.has(name)) continue;
    const left = tool
      .shown()
      .filter(
        (record) =>
          record.poison === undefined &&
          isLeftAlone(run, record, forMinutes + pullEvery(tool, record)),
      );
    for (const change of changesOf(run, tool, left)) {
      if (change.kind === "upserted") await checkStored(run, change.record);
    }
  }
}

async function checkStored(run: Run, record: Fact): Promise<void> {
  const { id } = record;
  if (mentionsErased(run, JSON.stringify(record))) return;
  // The store knows nobody's place who has left.
  if (record.type === "person" && record.employmentStatus !== "active") return;
  const should = contentOf([{ pk: id, sk: "0", ...asItem(record) }]).facts.get(id);
  const item = await run.host.table.get({ pk: id, sk: "0" });
  const has = item && contentOf([item]).facts.get(id);
  if (has !== should)
    violated(
      run,
      1,
      `${id} was left alone, and is ${has ?? "missing"} instead of ${should ?? "?"}`,
    );
}

/** A fact as an item holds it, as far as content goes. */
function asItem(record: object): Record<string, never> {
  const copy: Record<string, never> = JSON.parse(JSON.stringify(record));
  return copy;
}

/** Who was erased is kept out, whatever their tools go on saying of them. */
function mentionsErased({ erased }: Run, text: string): boolean {
  return [...erased].some((native) => text.includes(native));
}

/** 1, at the end: the graph says what a clean full read of the same world says. */
export async function checkConverged(run: Run, clean: readonly Item[]): Promise<void> {
  const is = contentOf(await scanAll(run.host.table));
  const should = contentOf(clean);
  for (const [id, line] of should.facts) {
    const has = is.facts.get(id);
    if (has === line || mentionsErased(run, `${line} ${has ?? ""}`)) continue;
    if (!haveLeft(has, line)) violated(run, 1, `${id} is ${has ?? "missing"} instead of ${line}`);
  }
  for (const id of without(is.facts.keys(), should.facts)) {
    violated(run, 1, `${id} is there, and its tool has none`);
  }
  for (const edge of without(should.edges, is.edges)) violated(run, 1, `missing edge ${edge}`);
  for (const edge of without(is.edges, should.edges)) violated(run, 1, `surplus edge ${edge}`);
}

function without<T>(all: Iterable<T>, others: { has(one: T): boolean }): readonly T[] {
  return [...all].filter((one) => !others.has(one));
}

/** Where somebody was who has left, a hub remembers that did not come too late. */
function haveLeft(...lines: readonly (string | undefined)[]): boolean {
  return lines.every((line) => line?.includes('"employmentStatus":"inactive"') === true);
}

/** How long its tool's polls may take to come round. */
function pullEvery(tool: Tool, { collection }: Truth): number {
  const spec = tool.spec.collections.find(({ name }) => name === collection);
  return spec?.pullEveryMinutes ?? 0;
}
