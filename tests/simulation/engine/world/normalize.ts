import type { AssertedEdge, Change, Rejected } from "#shared/model/change.ts";
import type { Fact } from "#shared/model/facts.ts";
import { shortText, titleOf } from "#shared/model/facts.ts";
import type { FactId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";

import type { Tool } from "./tool.ts";

export interface NormalizeContext {
  readonly tool: Tool;
  readonly readAt: Instant;
  readonly resolve: (url: string) => WorkItemId | GoalId | undefined;
}

type Wire = Readonly<Record<string, unknown>>;

/** Pure: one record as the tool shows it, in our words; or why it cannot be understood. */
export function normalize(context: NormalizeContext, wire: unknown): Change | Rejected {
  if (!isWire(wire) || typeof wire["id"] !== "string" || typeof wire["collection"] !== "string") {
    return { record: "a record", reason: "it has no id" };
  }
  const { tool } = context;
  const known = { id: wire["id"], collection: wire["collection"] };
  if (!tool.spec.collections.some(({ name }) => name === known.collection)) {
    return { record: known.id, reason: "it is of no collection that we know" };
  }
  const id = tool.idOf(known);
  const wrong = ["title", "name"].find(
    (field) => wire[field] !== undefined && typeof wire[field] !== "string",
  );
  if (wrong !== undefined) return { record: known.id, reason: `${wrong} is no text`, id };
  if (typeof wire["updated"] !== "number") {
    return { record: known.id, reason: "updated is no number", id };
  }
  const base = {
    connectionId: tool.spec.connectionId,
    sourceVersion: wire["updated"],
    readAt: context.readAt,
  };
  return changeOf(context, wire, { id, base });
}

function isWire(value: unknown): value is Wire {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Known {
  readonly id: FactId;
  readonly base: Pick<Fact, "connectionId" | "sourceVersion" | "readAt">;
}

function changeOf(context: NormalizeContext, wire: Wire, known: Known): Change {
  switch (context.tool.typeOf(textOf(wire["collection"]))) {
    case "goal":
      return goalOf(context, wire, known);
    case "person":
      return upsert({ ...personOf(context, wire), ...known.base, id: known.id } as Fact);
    case "account":
      return upsert({ ...accountOf(wire), ...known.base, id: known.id } as Fact);
    case "org-unit":
      return upsert({ ...unitOf(context, wire), ...known.base, id: known.id } as Fact);
    default:
      return workOf(context, wire, known);
  }
}

/** The id is of the fact's own type: `tool.idOf` makes it by the collection that decided the type. */
function upsert(record: Fact, edges: readonly AssertedEdge[] = []): Change {
  return { kind: "upserted", record, edges: [...edges] };
}

function workOf(context: NormalizeContext, wire: Wire, { id, base }: Known): Change {
  const itemId = id as WorkItemId;
  const [parentId, ...others] = idsOf(context, wire["parents"], "work-item");
  const record = {
    type: "work-item",
    id: itemId,
    ...base,
    kind: wire["kind"],
    originalKind: textOf(wire["kind"]),
    key: textOf(wire["id"]),
    title: titleOf(wire["title"], textOf(wire["id"])),
    url: context.tool.addressOf({ collection: textOf(wire["collection"]), id: textOf(wire["id"]) }),
    status: wire["status"],
    originalStatus: textOf(wire["status"]),
    canHoldGoal: true,
    createdAt: instantOf(Number(wire["created"])),
    ...(parentId !== undefined && { parentId }),
    ...(others.length > 0 && { otherParentIds: others }),
    ...(wire["assignee"] !== undefined && { assigneeId: accountId(context, wire["assignee"]) }),
    ...(typeof wire["team"] === "string" && { teamName: wire["team"] }),
    ...(typeof wire["container"] === "string" && { container: wire["container"] }),
  } as Fact;
  const waits = idsOf(context, wire["waitsFor"], "work-item").map((blockingId): AssertedEdge => ({
    type: "dependency",
    blockedId: itemId,
    blockingId: blockingId as WorkItemId,
    source: "native",
  }));
  const links = idsOf(context, wire["goals"], "goal").map((toId): AssertedEdge => ({
    type: "link",
    fromId: itemId,
    toId: toId as GoalId,
    source: "field",
    confidence: 1,
  }));
  return upsert(record, [...waits, ...links]);
}

const longAgo = instantOf(Date.parse("2025-01-01T00:00:00.000Z"));

function goalOf(context: NormalizeContext, wire: Wire, { id, base }: Known): Change {
  const goalId = id as GoalId;
  const [parentId] = idsOf(context, wire["parents"], "goal");
  const record = {
    type: "goal",
    id: goalId,
    ...base,
    kind: "objective",
    originalKind: "goal",
    title: titleOf(wire["title"], textOf(wire["id"])),
    status: wire["status"],
    originalStatus: textOf(wire["status"]),
    ...(parentId !== undefined && { parentId }),
    ...(typeof wire["team"] === "string" && { teamName: wire["team"] }),
    // Of every other goal the tool tells that it is old: rules wait for a goal's age.
    ...(/[13579]$/u.test(textOf(wire["id"])) && { createdAt: longAgo }),
  } as Fact;
  const links = idsOf(context, wire["supports"], "work-item").map((fromId): AssertedEdge => ({
    type: "link",
    fromId: fromId as WorkItemId,
    toId: goalId,
    source: "native",
    confidence: 1,
  }));
  return upsert(record, links);
}

function accountOf(wire: Wire) {
  return {
    type: "account",
    displayName: shortText(wire["name"]) ?? textOf(wire["id"]),
    ...(typeof wire["email"] === "string" && { workEmail: wire["email"] }),
    kind: "human",
    isActive: wire["isActive"] !== false,
  };
}

function personOf(context: NormalizeContext, wire: Wire) {
  const { spec } = context.tool;
  const ref = (type: "person" | "org-unit", name: unknown) =>
    factId(type, spec.name, spec.connectionId, textOf(name));
  return {
    type: "person",
    name: shortText(wire["name"]) ?? textOf(wire["id"]),
    ...(typeof wire["email"] === "string" && { workEmail: wire["email"] }),
    ...(wire["manager"] !== undefined && { managerId: ref("person", wire["manager"]) }),
    ...(wire["unit"] !== undefined && { unitId: ref("org-unit", wire["unit"]) }),
    employmentStatus: wire["isActive"] === false ? "inactive" : "active",
  };
}

function unitOf(context: NormalizeContext, wire: Wire) {
  const { spec } = context.tool;
  const parent = wire["parent"];
  return {
    type: "org-unit",
    name: shortText(wire["name"]) ?? textOf(wire["id"]),
    originalKind: "unit",
    level: Number(wire["level"]),
    ...(parent !== undefined && {
      parentId: factId("org-unit", spec.name, spec.connectionId, textOf(parent)),
    }),
  };
}

function accountId({ tool: { spec } }: NormalizeContext, name: unknown) {
  return factId("account", spec.name, spec.connectionId, textOf(name));
}

/** Refs are ids of the tool's own or addresses of somebody else's. */
function idsOf(
  { tool: { spec }, resolve }: NormalizeContext,
  refs: unknown,
  type: "work-item" | "goal",
): readonly (WorkItemId | GoalId)[] {
  if (!Array.isArray(refs)) return [];
  const ids = refs.flatMap((ref) => {
    if (typeof ref !== "string") return [];
    if (!ref.startsWith("https://")) return [factId(type, spec.name, spec.connectionId, ref)];
    const id = resolve(ref);
    return id?.includes(`:${type}:`) ? [id] : [];
  });
  return [...new Set(ids)];
}

/** The addresses among a record's refs. */
export function addressesIn(wires: readonly unknown[]): readonly string[] {
  const found: string[] = [];
  for (const wire of wires) {
    if (!isWire(wire)) continue;
    for (const name of ["parents", "waitsFor", "goals", "supports"]) {
      const refs = wire[name];
      if (!Array.isArray(refs)) continue;
      for (const ref of refs) {
        if (typeof ref === "string" && ref.startsWith("https://")) found.push(ref);
      }
    }
  }
  return found;
}

/** What the tool calls by a name it calls by text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
