import type { PulledPage, Reading } from "#shared/kit/connector.ts";

import { parsed } from "./client.ts";
import { isGone } from "./errors.ts";
import { normalizePortfolio, normalizeProject, type Normalized } from "./normalize.ts";
import { readPortfolios } from "./portfolios.ts";
import {
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

/** Projects and portfolios. Asana cannot list changed ones, so every run reads all; they are few. */
export class ProjectsReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const { client, source } = this.#deps;
    const before = contextOf(this.#deps);
    const portfolios = await readPortfolios(this.#deps);
    const walk = walkWorkspaces(source.settings.workspaces, position, (workspace, page) =>
      client.projects(workspace, { ...page, fields: projectFields }),
    );
    for await (const page of walk) {
      const context = contextOf(this.#deps, portfolios);
      const isStart = page.isFirst && page.workspace === source.settings.workspaces[0];
      const inFront = isStart
        ? [...portfolios.records.values()].map((record) =>
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

  enumerate(): AsyncIterable<readonly string[]> {
    return inBatches(this.#gids());
  }

  async *#gids(): AsyncGenerator<string> {
    const { client, source } = this.#deps;
    const { records } = await readPortfolios(this.#deps);
    yield* records.keys();
    for (const workspace of source.settings.workspaces) {
      const list = client.every((page) => client.projects(workspace, { ...page, fields: "name" }));
      for await (const project of list) yield parsed(GidRef, project, "projects").gid;
    }
  }

  async read(gids: readonly string[]): Promise<Reading> {
    const portfolios = await readPortfolios(this.#deps);
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
