import { Hono } from "hono";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { ErrorCode } from "#shared/errors.ts";
import { partId, uploadCollections } from "#shared/kit/uploaded-files.ts";
import type { FileState, KeptRow } from "#shared/kit/uploaded-files.ts";
import { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { KeptRecord, KeptRecords } from "#shared/ports/kept-records.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { type ServedSimulator, serveSimulator } from "#shared/testing/simulator/serve.ts";

/*
 * Files have no vendor and no server. So that the connector meets the failures that every other meets,
 * what the hub keeps is held here by a server of its own, and read from there.
 */

export const keeperPath = "/kept";

/** What is kept of one file, by shelf; each list of rows is a part. */
export type KeptShelves = Readonly<Record<string, readonly (readonly KeptRow[])[]>>;

export interface Keeper extends ServedSimulator {
  readonly faults: Faults;
  /** Keeps a file instead of the one before. */
  replace(kind: string, shelves: KeptShelves): void;
}

const Answer = z.strictObject({
  records: z.array(
    z.strictObject({
      id: z.string(),
      revision: z.int(),
      createdAt: Instant,
      changedAt: Instant,
      body: z.string(),
    }),
  ),
});

export async function startKeeper(clock: Clock): Promise<Keeper> {
  const records = new Map<string, KeptRecord>();
  const faults = new Faults();
  const app = new Hono();
  app.use(requestFaults({ faults, clock, renderStatus: () => ({ body: "" }) }));
  app.get(`${keeperPath}/:collection`, (c) => {
    const ids = (c.req.query("ids") ?? "").split(",");
    const found = ids.flatMap((id) => records.get(`${c.req.param("collection")} ${id}`) ?? []);
    return c.json({
      records: found.map((record) => ({ ...record, body: JSON.stringify(record.body) })),
    });
  });
  const put = (collection: string, id: string, body: KeptRecord["body"]) => {
    const at = clock.now();
    records.set(`${collection} ${id}`, { id, revision: 1, createdAt: at, changedAt: at, body });
  };
  let generations = 0;
  const replace = (kind: string, shelves: KeptShelves) => {
    generations += 1;
    const id = `gen${generations}`;
    const counts = Object.entries(shelves).map(([shelf, parts]) => {
      for (const [at, rows] of parts.entries()) {
        put(uploadCollections.parts, partId(id, shelf, at), { rows });
      }
      return [shelf, { parts: parts.length, rows: parts.flat().length }] as const;
    });
    const rows = (shelves[kind] ?? []).flat().length;
    const state: FileState = {
      current: {
        id,
        fileName: `${kind}.csv`,
        at: clock.now(),
        rows,
        shelves: Object.fromEntries(counts),
      },
      isCarriedOut: true,
      events: [],
    };
    put(uploadCollections.files, kind, JSON.parse(JSON.stringify(state)) as KeptRecord["body"]);
  };
  return { ...(await serveSimulator({ app })), faults, replace };
}

/** What the hub keeps, as a server at this root holds it. */
export function keptAt(root: string): KeptRecords {
  return {
    byIds: async (collection, ids) => {
      const url = `${root}${keeperPath}/${collection}?ids=${ids.join(",")}`;
      const { records } = await read(url);
      return new Map(records.map((record) => [record.id, record]));
    },
    find: async () => [],
    page: async () => ({ records: [], next: undefined }),
  };
}

async function read(url: string): Promise<{ readonly records: readonly KeptRecord[] }> {
  const response = await answerOf(url);
  try {
    const { records } = Answer.parse(await response.json());
    return {
      records: records.map((record) => ({
        ...record,
        body: z.record(z.string(), z.json()).parse(JSON.parse(record.body)),
      })),
    };
  } catch (error) {
    if (error instanceof TypeError) throw away(error);
    throw new HubError(
      "connector.drifted",
      "What is kept of the files cannot be read: upload again",
    );
  }
}

async function answerOf(url: string): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => {
    throw away(error);
  });
  if (response.ok) return response;
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: "connector.unauthorized",
    403: "connector.forbidden",
    404: "connector.not-found",
    429: "connector.rate-limited",
  };
  const code = codes[response.status] ?? "connector.misconfigured";
  const seconds = Number(response.headers.get("retry-after") ?? "60");
  throw new HubError(
    response.status >= 500 ? "connector.unavailable" : code,
    `What is kept of the files cannot be read now (${response.status})`,
    code === "connector.rate-limited" ? { retryAfterMs: seconds * 1000 } : {},
  );
}

function away(cause: unknown): HubError {
  return new HubError("connector.unreachable", "What is kept of the files is out of reach", {
    cause,
  });
}
