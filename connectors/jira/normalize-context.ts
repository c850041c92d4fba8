import type { UrlResolver } from "#shared/kit/connector.ts";
import type { ConnectionId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";

import type { FieldMap } from "./field-map.ts";
import type { GoalKindOf } from "./goal-types.ts";
import type { WireReference, WireType } from "./wire.ts";

/** All that interpreting an issue depends on besides the issue. */
export interface NormalizeContext {
  readonly connectionId: ConnectionId;
  /** Where people open issues, without a trailing slash. */
  readonly siteUrl: string;
  readonly fields: FieldMap;
  readonly goalKindOf: GoalKindOf;
  /** Whether a link type means blocking, and which way. */
  readonly blockingOf: (type: {
    readonly id: string;
    readonly name: string;
  }) => "forward" | "reversed" | undefined;
  readonly teamOfProject: ReadonlyMap<string, string>;
  /** Lower-case names and ids of statuses and resolutions that mean given up. */
  readonly dropped: ReadonlySet<string>;
  readonly resolveUrl: UrlResolver;
  /** Issues that old links name as parents, by the key or id that they name. */
  readonly legacyParents?: ReadonlyMap<string, WireReference>;
  /** By issue id, where remote links are read: what they say that it serves, waits for or is part of. */
  readonly remoteTargets?: ReadonlyMap<string, RemoteTargets>;
}

/** What the remote links of one issue lead to. */
export interface RemoteTargets {
  readonly goalIds: readonly GoalId[];
  readonly blockingIds: readonly WorkItemId[];
  readonly parentId?: WorkItemId;
}

/** What decides under which id an issue is kept. */
export type IdentityContext = Pick<NormalizeContext, "connectionId" | "goalKindOf">;

/** The fact id of an issue, by what its type says it is. */
export function issueFactId(
  { connectionId, goalKindOf }: IdentityContext,
  id: string,
  type: WireType | undefined,
): WorkItemId | GoalId {
  const isGoal = type !== undefined && goalKindOf(type) !== undefined;
  return factId(isGoal ? "goal" : "work-item", "jira", connectionId, id);
}

/** The parent's id, if there is one and it is of this kind. */
export function parentOf(
  context: NormalizeContext,
  parent: WireReference | null | undefined,
): { readonly goalId?: GoalId; readonly workItemId?: WorkItemId } {
  if (!parent) return {};
  const type = parent.fields?.issuetype;
  const { connectionId } = context;
  return type !== undefined && context.goalKindOf(type) !== undefined
    ? { goalId: factId("goal", "jira", connectionId, parent.id) }
    : { workItemId: factId("work-item", "jira", connectionId, parent.id) };
}
