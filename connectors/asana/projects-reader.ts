import type { Gap, PulledPage, Reading } from "#shared/kit/connector.ts";

import { parsed } from "./client.ts";
import { isGone } from "./errors.ts";
import { normalizePortfolio, normalizeProject, type Normalized } from "./normalize.ts";
import {
  collect,
  type CollectionReader,
  contextOf,
  inBatches,
  orGap,
  type ReaderDeps,
  readingOf,
  unlessAbsent,
} from "./reader.ts";
import { GidRef, projectFields } from "./wire.ts";
import { walkWorkspaces } from "./workspace-walk.ts";

interface Portfolios {
  readonly records: readonly unknown[];
  /** Portfolio gids by the gid of what they hold. */
  readonly portfoliosOf: ReadonlyMap<string, readonly string[]>;
  readonly gaps: readonly Gap[];
}

/** Projects and portfolios. Asana cannot list changed ones, so every run reads all; they are few. */
export class ProjectsReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const { client, source } = this.#deps;
    const before = contextOf(this.#deps);
    const portfolios = await this.#portfolios();
    const walk = walkWorkspaces(source.settings.workspaces, position, (workspace, page) =>
      client.projects(workspace, { ...page, fields: projectFields }),
    );
    for await (const page of walk) {
      const context = contextOf(this.#deps, portfolios);
      const isStart = page.isFirst && page.workspace === source.settings.workspaces[0];
      const inFront = isStart
        ? portfolios.records.map((record) =>
            normalizePortfolio({ ...before, portfoliosOf: portfolios.portfoliosOf }, record),
          )
        : [];
      const projects = page.records.map((record) => normalizeProject(context, record));
      yield {
        ...readingOf([...inFront, ...projects], portfolios.gaps),
        position: page.position,
        isLast: page.isLast,
        recordsRead: inFront.length + projects.length,
      };
    }
  }

  /** All portfolios that this token can find, and what is in them. */
  async #portfolios(): Promise<Portfolios> {
    const { client, source } = this.#deps;
    const records = new Map<string, unknown>();
    const gaps: Gap[] = [];
    for (const workspace of source.settings.workspaces) {
      const list = collect(client.every((page) => client.portfolios(workspace, page)));
      const { value, gap } = await orGap(`Portfolios of workspace ${workspace}`, list);
      if (gap) gaps.push(gap);
      for (const record of value ?? [])
        records.set(parsed(GidRef, record, "portfolios").gid, record);
    }
    for (const gid of source.settings.portfolios) {
      const { value, gap } = await orGap(`Portfolio ${gid}`, client.portfolio(gid));
      if (gap) gaps.push(gap);
      else records.set(gid, value);
    }
    const portfoliosOf = await this.#contents([...records.keys()]);
    return { records: [...records.values()], portfoliosOf, gaps };
  }

  async #contents(portfolios: readonly string[]): Promise<Portfolios["portfoliosOf"]> {
    const { client } = this.#deps;
    const portfoliosOf = new Map<string, string[]>();
    const lists = portfolios.map(async (gid) => ({
      gid,
      items: await collect(client.every((page) => client.portfolioItems(gid, page))),
    }));
    for (const { gid, items } of await Promise.all(lists)) {
      for (const item of items) {
        const held = parsed(GidRef, item, `items of portfolio ${gid}`).gid;
        portfoliosOf.set(held, [...(portfoliosOf.get(held) ?? []), gid]);
      }
    }
    return portfoliosOf;
  }

  enumerate(): AsyncIterable<readonly string[]> {
    return inBatches(this.#gids());
  }

  async *#gids(): AsyncGenerator<string> {
    const { client, source } = this.#deps;
    const { records } = await this.#portfolios();
    for (const record of records) yield parsed(GidRef, record, "portfolios").gid;
    for (const workspace of source.settings.workspaces) {
      const list = client.every((page) => client.projects(workspace, { ...page, fields: "name" }));
      for await (const project of list) yield parsed(GidRef, project, "projects").gid;
    }
  }

  async read(gids: readonly string[]): Promise<Reading> {
    const portfolios = await this.#portfolios();
    const read = gids.map(async (gid): Promise<Normalized[]> => {
      const context = contextOf(this.#deps, portfolios);
      const found = await unlessAbsent(this.#either(gid));
      if (!found) return [];
      const normalize = found.isPortfolio ? normalizePortfolio : normalizeProject;
      return [normalize(context, found.record)];
    });
    return readingOf((await Promise.all(read)).flat());
  }

  async find(gid: string): Promise<unknown> {
    return this.#either(gid);
  }

  /** A gid does not tell whether it is a project's or a portfolio's. */
  async #either(gid: string): Promise<{ readonly isPortfolio: boolean; readonly record: unknown }> {
    const { client } = this.#deps;
    try {
      return { isPortfolio: false, record: await client.project(gid) };
    } catch (error) {
      if (!isGone(error)) throw error;
      const { value, gap } = await orGap(`Portfolio ${gid}`, client.portfolio(gid));
      // A plan without portfolios cannot tell us more than that there is no such project.
      if (gap) throw error;
      return { isPortfolio: true, record: value };
    }
  }
}
