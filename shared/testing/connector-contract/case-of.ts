import { existsSync } from "node:fs";

import type { ContractCase } from "./contract-case.ts";

/** The case that a connector's folder brings; undefined where there is none. */
export async function caseOf(connector: string): Promise<ContractCase | undefined> {
  const folder = new URL(`../../../connectors/${connector}/`, import.meta.url);
  const file = new URL("simulator/contract-case.ts", folder);
  if (!existsSync(file)) return undefined;
  // By convention each such file exports its case under this name; a wrong one fails its first test.
  const module = (await import(file.href)) as { readonly contractCase?: ContractCase };
  return module.contractCase;
}
