import { Org } from "#shared/graph/org.ts";
import type { Table } from "#shared/ports/table.ts";
import { readOrgParts } from "#shared/store/org-parts.ts";

import { collectGarbage } from "../collect-garbage.ts";

export interface InMemory {
  readonly heapMb: number;
  readonly buildMs: number;
  readonly boundaryMicroseconds: number;
}

const pairsMax = 200_000;

/** What an organisation takes that was read from the table, with nothing shared with what is stored. */
export async function measureInMemory(table: Table): Promise<InMemory> {
  // In memory a page is the stored items themselves; from a database it is its own.
  const query: Table["query"] = async (request) => structuredClone(await table.query(request));
  const before = await heapMb();
  const parts = await readOrgParts({ ...table, query });
  const startMs = performance.now();
  const org = new Org(parts);
  const buildMs = performance.now() - startMs;
  // The first question makes the index of accounts.
  const [first] = parts.people;
  if (first) org.accountsBearing(first.id, { workEmails: [] });
  const after = await heapMb();
  return {
    heapMb: after - before,
    buildMs,
    boundaryMicroseconds: boundaryMicroseconds(
      org,
      [...org.units()].map(({ id }) => id),
    ),
  };
}

function boundaryMicroseconds(org: Org, ids: readonly Parameters<Org["boundary"]>[0][]): number {
  let found = 0;
  const startMs = performance.now();
  for (let nth = 0; nth < pairsMax; nth += 1) {
    const [a, b] = [ids[(nth * 7919) % ids.length], ids[(nth * 104_729) % ids.length]];
    if (a !== undefined && b !== undefined && org.boundary(a, b).unitId !== undefined) found += 1;
  }
  if (found === 0) throw new Error("No two units of the company meet");
  return ((performance.now() - startMs) * 1000) / pairsMax;
}

async function heapMb(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}
