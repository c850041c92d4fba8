import { HubError } from "#shared/errors.ts";
import type { Gap } from "#shared/kit/connector.ts";

import { parsed } from "./client.ts";
import { collect, orGap, type ReaderDeps, unlessAbsent } from "./reader.ts";
import { GidRef, PortfolioItemRef } from "./wire.ts";

export interface Portfolios {
  readonly records: ReadonlyMap<string, unknown>;
  /** Portfolio gids by the gid of what they hold. */
  readonly portfoliosOf: ReadonlyMap<string, readonly string[]>;
  readonly gaps: readonly Gap[];
}

/** All portfolios that the account can find, those nested in them at any depth, and what is in them. */
export async function readPortfolios(deps: ReaderDeps): Promise<Portfolios> {
  const { settings } = deps.source;
  const records = new Map<string, unknown>();
  const gaps: Gap[] = [];
  for (const workspace of settings.workspaces) {
    const what = `Portfolios of workspace ${workspace}`;
    const { value, gap } = await orGap(what, listPortfolios(deps, workspace));
    if (gap) gaps.push(gap);
    for (const record of value ?? []) records.set(parsed(GidRef, record, "portfolios").gid, record);
  }
  for (const gid of settings.portfolios.filter((named) => !records.has(named))) {
    const { value, gap } = await orGap(`Portfolio ${gid}`, deps.client.portfolio(gid));
    if (gap) gaps.push(gap);
    else records.set(gid, value);
  }
  return { records, portfoliosOf: await readContents(deps, records), gaps };
}

/**
 * A service account sees all portfolios of its workspace; anybody else is told to name an owner, and
 * may name only oneself (https://developers.asana.com/reference/getportfolios, read 2026-11-21).
 */
export async function listPortfolios(
  { client }: ReaderDeps,
  workspace: string,
): Promise<readonly unknown[]> {
  try {
    return await collect(
      client.every((page) => client.portfolios(workspace, { ...page, owner: "anybody" })),
    );
  } catch (error) {
    const isRefused = error instanceof HubError && error.code === "connector.misconfigured";
    if (!isRefused) throw error;
    return collect(client.every((page) => client.portfolios(workspace, { ...page, owner: "me" })));
  }
}

/** Reads what portfolios hold, level by level; nested ones that no list showed join `records`. */
async function readContents(
  deps: ReaderDeps,
  records: Map<string, unknown>,
): Promise<Portfolios["portfoliosOf"]> {
  const portfoliosOf = new Map<string, string[]>();
  let level = [...records.keys()];
  while (level.length > 0) {
    const nested = new Set<string>();
    const lists = await Promise.all(
      level.map(async (gid) => ({ gid, items: await readItems(deps, gid) })),
    );
    for (const { gid, items } of lists) {
      for (const item of items) {
        portfoliosOf.set(item.gid, [...(portfoliosOf.get(item.gid) ?? []), gid]);
        if (item.resource_type === "portfolio" && !records.has(item.gid)) nested.add(item.gid);
      }
    }
    level = await readNested(deps, records, [...nested]);
  }
  return portfoliosOf;
}

/** Nothing of a portfolio that vanished meanwhile. */
async function readItems(
  { client }: ReaderDeps,
  gid: string,
): Promise<readonly PortfolioItemRef[]> {
  const list = collect(client.every((page) => client.portfolioItems(gid, page)));
  const items = (await unlessAbsent(list)) ?? [];
  return items.map((item) => parsed(PortfolioItemRef, item, `items of portfolio ${gid}`));
}

/** Those of them that may be seen; their gids are the next level. */
async function readNested(
  { client }: ReaderDeps,
  records: Map<string, unknown>,
  gids: readonly string[],
): Promise<string[]> {
  const read = await Promise.all(
    gids.map(async (gid) => ({ gid, record: await unlessAbsent(client.portfolio(gid)) })),
  );
  const seen = read.filter(({ record }) => record !== undefined);
  for (const { gid, record } of seen) records.set(gid, record);
  return seen.map(({ gid }) => gid);
}
