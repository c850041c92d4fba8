import type { Choice, Discovery } from "#shared/kit/discovery.ts";
import { shortText } from "#shared/model/facts.ts";

import { listPortfolios } from "./portfolios.ts";
import { visibleWorkspaces } from "./probe.ts";
import { orGap, type ReaderDeps } from "./reader.ts";
import { readSample } from "./sample.ts";
import { suggestionsFrom } from "./suggest.ts";
import { PortfolioWire, type WorkspaceWire } from "./wire.ts";

/** Workspaces that are looked into for suggestions where none is chosen yet. */
const lookedIntoMax = 3;
const portfoliosShownMax = 200;

/** What an admin can choose, and what the fields and sections of a few projects suggest. */
export async function discover(deps: ReaderDeps): Promise<Discovery> {
  const visible = await visibleWorkspaces(deps);
  const wanted = new Set(deps.source.settings.workspaces);
  const chosen = visible.filter(({ gid }) => wanted.has(gid));
  const looked = chosen.length > 0 ? chosen : visible.slice(0, lookedIntoMax);
  const [workspaces, portfolios, sample] = await Promise.all([
    workspaceChoice(deps, visible),
    portfolioChoice(deps, looked),
    readSample(
      deps,
      looked.map(({ gid }) => gid),
    ),
  ]);
  return { choices: [workspaces, portfolios], suggestions: suggestionsFrom(sample) };
}

async function workspaceChoice(
  deps: ReaderDeps,
  visible: readonly WorkspaceWire[],
): Promise<Choice> {
  const options = visible.map(async ({ gid, name }) => ({
    value: gid,
    label: shortText(name) ?? `Workspace ${gid}`,
    ...(await projectsIn(deps, gid)),
  }));
  return {
    field: "workspaces",
    title: "Workspaces",
    emptyMeans: "Nothing is read: choose at least one",
    options: await Promise.all(options),
    isCut: false,
  };
}

/** Asana counts nothing for us; a first page says how many projects there are, or that there are many. */
async function projectsIn({ client }: ReaderDeps, workspace: string) {
  const { value } = await orGap("projects", client.projects(workspace, { fields: "name" }));
  if (!value) return { hint: "Its projects may not be listed" };
  const count = value.records.length;
  if (value.offset !== undefined) return { hint: `More than ${count} projects` };
  return { count, hint: "Projects" };
}

async function portfolioChoice(
  deps: ReaderDeps,
  looked: readonly WorkspaceWire[],
): Promise<Choice> {
  const lists = looked.map(async ({ gid }) => orGap("portfolios", listPortfolios(deps, gid)));
  const records = (await Promise.all(lists)).flatMap(({ value }) => value ?? []);
  const options = records.flatMap((record) => {
    const portfolio = PortfolioWire.safeParse(record);
    if (!portfolio.success) return [];
    const { gid, name } = portfolio.data;
    return [{ value: gid, label: shortText(name) ?? `Portfolio ${gid}` }];
  });
  return {
    field: "portfolios",
    title: "Further portfolios",
    emptyMeans: "Those that the account owns, or all where it is a service account",
    options: options.slice(0, portfoliosShownMax),
    isCut: options.length > portfoliosShownMax,
  };
}
