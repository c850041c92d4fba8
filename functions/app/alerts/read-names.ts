import { readSourceStates } from "#shared/store/connections.ts";
import { listConnections } from "#shared/store/connections.ts";
import { listCustomRules } from "#shared/store/custom-rules.ts";

import type { AppContext } from "../app-deps.ts";
import type { Names } from "./alert-answers.ts";

/** All that alerts and signals need to be told by name. */
export async function readNames(context: AppContext): Promise<Names> {
  const { table, clock, registry, rules } = context;
  const [org, sources, connections, custom] = await Promise.all([
    context.orgReader.read(),
    readSourceStates(table, clock, registry),
    listConnections(table),
    listCustomRules(table),
  ]);
  return {
    org,
    sources,
    connections: new Map(connections.map(({ id, name }) => [id, name])),
    rules: [...rules, ...custom.map(({ id, title }) => ({ name: id, title }))],
    nowMs: clock.nowMs(),
  };
}
