import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import type { ConnectionNames } from "./describe-people.ts";

export async function connectionNames({ table }: AppContext): Promise<ConnectionNames> {
  return new Map((await listConnections(table)).map(({ id, name }) => [id, name]));
}
