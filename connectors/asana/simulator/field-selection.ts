import type { Kind } from "./state.ts";

/** A nested object that is shown compact, or expanded as far as `opt_fields` asks. */
export class Ref {
  readonly kind: Kind;
  readonly gid: string;
  constructor(kind: Kind, gid: string) {
    this.kind = kind;
    this.gid = gid;
  }
}

export type Value = string | number | boolean | null | Ref | readonly Value[] | Fields;
export interface Fields {
  readonly [name: string]: Value;
}

/** Everything an object can show, and what it shows unasked. */
export interface AsanaRecord {
  readonly fields: Fields;
  /** Shown in lists and in nested places without `opt_fields`, beside gid and resource_type. */
  readonly compact: readonly string[];
  /** Shown only when `opt_fields` names them, even where the whole object was asked for. */
  readonly optIn: readonly string[];
}

export type Resolve = (ref: Ref) => AsanaRecord | undefined;

type Selection = Map<string, Selection>;

/** `a,b.c,b.d` as a tree. */
export function parseOptFields(text: string): Selection {
  const root: Selection = new Map();
  for (const path of text.split(",")) {
    let level = root;
    for (const name of path.trim().split(".")) {
      if (name === "") continue;
      const below = level.get(name) ?? new Map<string, Selection>();
      level.set(name, below);
      level = below;
    }
  }
  return root;
}

/**
 * Shows only what was asked for, and the gid, as Asana does with `opt_fields`
 * (https://developers.asana.com/docs/inputoutput-options, read 2026-11-21). Unknown names are ignored.
 */
export function showSelected(record: AsanaRecord, selection: Selection, resolve: Resolve): unknown {
  return { gid: record.fields["gid"], ...selectFields(record.fields, selection, resolve) };
}

function selectFields(
  fields: Fields,
  selection: Selection,
  resolve: Resolve,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, below] of selection) {
    const value = fields[name];
    if (value !== undefined) shown[name] = select(value, below, resolve);
  }
  return shown;
}

function select(value: Value, below: Selection, resolve: Resolve): unknown {
  if (value instanceof Ref) {
    const record = resolve(value);
    if (!record) return null;
    if (below.size > 0) return showSelected(record, below, resolve);
    return { gid: record.fields["gid"], resource_type: record.fields["resource_type"] };
  }
  if (isList(value)) return value.map((item) => select(item, below, resolve));
  if (typeof value === "object" && value !== null) {
    if (below.size > 0) {
      // What has a gid of its own always shows it, in nested places too: a custom field on a task.
      const gid = value["gid"];
      return { ...(gid !== undefined && { gid }), ...selectFields(value, below, resolve) };
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, select(inner, below, resolve)]),
    );
  }
  return value;
}

/** The form of lists and nested objects: a few fields only. */
export function showCompact(record: AsanaRecord, resolve: Resolve): unknown {
  const shown: Record<string, unknown> = {
    gid: record.fields["gid"],
    resource_type: record.fields["resource_type"],
  };
  for (const name of record.compact) {
    const value = record.fields[name];
    if (value !== undefined) shown[name] = whole(value, resolve);
  }
  return shown;
}

/** The form of a single object that was asked for without `opt_fields`: all but the opt-in fields. */
export function showWhole(record: AsanaRecord, resolve: Resolve): unknown {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record.fields)) {
    if (!record.optIn.includes(name)) shown[name] = whole(value, resolve);
  }
  return shown;
}

function whole(value: Value, resolve: Resolve): unknown {
  if (value instanceof Ref) {
    const record = resolve(value);
    return record ? showCompact(record, resolve) : null;
  }
  if (isList(value)) return value.map((item) => whole(item, resolve));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, whole(inner, resolve)]),
  );
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
