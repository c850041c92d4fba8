import { createHash } from "node:crypto";

import type { Context } from "hono";
import * as z from "zod";

import type { Clock } from "#shared/ports/clock.ts";
import type { CursorLives } from "#shared/testing/simulator/cursor-lives.ts";

import { parseOptFields, Ref, showCompact, showSelected, showWhole } from "./field-selection.ts";
import type { Records } from "./records.ts";
import { type RefList, refList } from "./ref-list.ts";
import { type AsanaRefusal, badRequest, unknownObject } from "./vendor-error.ts";

/** Lists without `limit` are cut off with an error beyond this (https://developers.asana.com/docs/pagination, 2026-11-21). */
const unpagedMax = 1000;

const Offset = z.tuple([
  /** Last gid that was shown. */ z.string(),
  /** Its place in the list. */ z.int().nonnegative(),
  /** When the token was made, epoch ms. */ z.int(),
  /** Which list it belongs to. */ z.string(),
  /** The generation of offsets that were not yet told to expire. */ z.int(),
]);

interface PagingRules {
  /** How long an offset is good. */
  readonly lifeMs: number;
  readonly lives: CursorLives;
  /** The most rows of a page, whatever is asked for. */
  readonly rowsMax: number;
}

/** Writes answers as Asana does: `opt_fields`, paging by opaque expiring offsets, `{ data, next_page }`. */
export class Answers {
  private readonly records: Records;
  private readonly clock: Clock;
  private readonly paging: PagingRules;

  constructor(records: Records, clock: Clock, paging: PagingRules) {
    this.records = records;
    this.clock = clock;
    this.paging = paging;
  }

  /** One object, whole unless `opt_fields` chooses. */
  one(c: Context, ref: Ref, status: 200 | 201 = 200): Response {
    return c.json({ data: this.show(c, ref, "whole") }, status);
  }

  show(c: Context, ref: Ref, form: "whole" | "compact"): unknown {
    const record = this.records.resolve(ref);
    if (!record) throw unknownObject(ref.kind, ref.gid);
    const optFields = c.req.query("opt_fields");
    if (optFields !== undefined && optFields !== "") {
      return showSelected(record, parseOptFields(optFields), this.records.resolve);
    }
    return form === "whole"
      ? showWhole(record, this.records.resolve)
      : showCompact(record, this.records.resolve);
  }

  /** The compact form, whatever `opt_fields` says. */
  compact(ref: Ref): unknown {
    const record = this.records.resolve(ref);
    if (!record) throw unknownObject(ref.kind, ref.gid);
    return showCompact(record, this.records.resolve);
  }

  /** One page of a list, compact unless `opt_fields` chooses. */
  many(c: Context, items: readonly Ref[] | RefList): Response {
    const refs = "placeOf" in items ? items : refList(items);
    const limit = this.rowsOf(c);
    const start = this.startOf(c, refs);
    if (limit === undefined) {
      if (refs.length - start > unpagedMax) {
        throw badRequest(
          "The result is too large. You should use pagination (may require specifying a workspace)!",
        );
      }
      return this.unpaged(c, refs.slice(start, refs.length));
    }
    const page = refs.slice(start, start + limit);
    const data = page.map((ref) => this.show(c, ref, "compact"));
    const isLast = start + limit >= refs.length;
    const shown = page.at(-1);
    // A page that is empty although others follow has nothing to go on from but its place.
    const last = shown
      ? { gid: shown.gid, place: start + limit - 1 }
      : { gid: "", place: start + limit };
    return c.json({ data, next_page: isLast ? null : this.nextPage(c, last) });
  }

  private rowsOf(c: Context): number | undefined {
    const limit = limitOf(c);
    return limit === undefined ? undefined : this.atMost(limit);
  }

  /** As many rows as this, or as few as pages have. */
  atMost(rows: number): number {
    return Math.min(rows, this.paging.rowsMax);
  }

  /** Everything at once. */
  unpaged(c: Context, refs: readonly Ref[]): Response {
    return c.json({ data: refs.map((ref) => this.show(c, ref, "compact")) });
  }

  private nextPage(c: Context, last: { gid: string; place: number }): Record<string, string> {
    const { generation } = this.paging.lives;
    const token: z.infer<typeof Offset> = [
      last.gid,
      last.place,
      this.clock.nowMs(),
      listOf(c),
      generation,
    ];
    const offset = Buffer.from(JSON.stringify(token)).toString("base64url");
    const url = new URL(c.req.url);
    url.searchParams.set("offset", offset);
    return { offset, path: url.pathname.replace("/api/1.0", "") + url.search, uri: url.href };
  }

  /** The place after the last one shown; when that one has left the list, where it was. */
  private startOf(c: Context, refs: RefList): number {
    const text = c.req.query("offset");
    if (text === undefined) return 0;
    const [gid, place, madeMs, list, generation] = readOffset(text);
    if (list !== listOf(c)) throw badRequest("offset: Your pagination token is invalid.");
    const isOld = this.clock.nowMs() - madeMs > this.paging.lifeMs;
    if (!this.paging.lives.isGood(generation, isOld)) {
      throw badRequest("offset: Your pagination token has expired.");
    }
    const found = refs.placeOf(gid);
    return found === undefined ? place : found + 1;
  }
}

function readOffset(text: string): z.infer<typeof Offset> {
  try {
    return Offset.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw badRequest("offset: Your pagination token is invalid.");
    }
    throw error;
  }
}

/** An offset is good for the query it came from only. */
function listOf(c: Context): string {
  const url = new URL(c.req.url);
  for (const name of ["offset", "opt_fields", "limit"]) url.searchParams.delete(name);
  url.searchParams.sort();
  return createHash("sha256")
    .update(url.pathname + url.search)
    .digest("base64url")
    .slice(0, 12);
}

function limitOf(c: Context): number | undefined {
  const text = c.req.query("limit");
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw badLimit();
  }
  return limit;
}

export function badLimit(): AsanaRefusal {
  return badRequest("limit: Must be between 1 and 100");
}

/** The `data` of a request body; throws Asana's 400 when it has another shape. */
export async function readData<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const body = z.looseObject({ data: z.unknown() }).safeParse(await readJson(c));
  if (!body.success) throw badRequest("Could not parse request data, invalid JSON");
  const parsed = schema.safeParse(body.data.data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badRequest(`${issue?.path.join(".") ?? "data"}: ${issue?.message ?? "Invalid"}`);
}

async function readJson(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A query parameter that must be there. */
export function required(c: Context, name: string): string {
  const value = c.req.query(name);
  if (value === undefined || value === "") throw badRequest(`${name}: Missing input`);
  return value;
}

/** A query parameter that must be a moment, in epoch ms; `now` is one. */
export function instantParameter(c: Context, name: string, nowMs: number): number | undefined {
  const value = c.req.query(name);
  if (value === undefined) return undefined;
  const epochMs = value === "now" ? nowMs : Date.parse(value);
  if (Number.isNaN(epochMs)) throw badRequest(`${name}: Not a valid date: ${value}`);
  return epochMs;
}

export function refs(kind: Ref["kind"], items: readonly { readonly gid: string }[]): Ref[] {
  return items.map(({ gid }) => new Ref(kind, gid));
}
