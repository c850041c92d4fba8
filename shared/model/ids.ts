import * as z from "zod";

/**
 * Ids are opaque to everyone but this file. What a source owns has a deterministic id,
 * `<connector>:<kind>:<connectionId>:<nativeId>`, so any record can be read again and land on itself.
 * What is born here has a prefix and a random part.
 */
export const ConnectionId = z
  .string()
  .regex(/^conn_[0-9a-z]{10}$/u)
  .brand<"ConnectionId">();
export type ConnectionId = z.infer<typeof ConnectionId>;

/** An admin's consent to an OAuth app; several connections may rest on one. */
export const GrantId = z
  .string()
  .regex(/^grant_[0-9a-z]{10}$/u)
  .brand<"GrantId">();
export type GrantId = z.infer<typeof GrantId>;

// The native part may hold anything printable (a path of org unit names, a gid); no spaces or NUL.
const sourceIdPattern = (kind: string) =>
  new RegExp(`^[a-z][a-z0-9-]*:${kind}:conn_[0-9a-z]{10}:[^\\s\\u0000]{1,300}$`, "u");

export const WorkItemId = z.string().regex(sourceIdPattern("work-item")).brand<"WorkItemId">();
export type WorkItemId = z.infer<typeof WorkItemId>;
export const GoalId = z.string().regex(sourceIdPattern("goal")).brand<"GoalId">();
export type GoalId = z.infer<typeof GoalId>;
export const PersonId = z.string().regex(sourceIdPattern("person")).brand<"PersonId">();
export type PersonId = z.infer<typeof PersonId>;
export const AccountId = z.string().regex(sourceIdPattern("account")).brand<"AccountId">();
export type AccountId = z.infer<typeof AccountId>;
export const OrgUnitId = z.string().regex(sourceIdPattern("org-unit")).brand<"OrgUnitId">();
export type OrgUnitId = z.infer<typeof OrgUnitId>;

export const FactType = z.enum(["work-item", "goal", "person", "account", "org-unit"]);
export type FactType = z.infer<typeof FactType>;
export type FactId = WorkItemId | GoalId | PersonId | AccountId | OrgUnitId;

interface FactIdByType {
  "work-item": WorkItemId;
  goal: GoalId;
  person: PersonId;
  account: AccountId;
  "org-unit": OrgUnitId;
}

/** Builds the deterministic id of a source's record. White space in the native id becomes `_`. */
export function factId<T extends FactType>(
  type: T,
  connector: string,
  connectionId: ConnectionId,
  nativeId: string,
): FactIdByType[T] {
  // The shape is the one the branded schemas check; the parts are the caller's parsed values.
  return `${connector}:${type}:${connectionId}:${nativeId.replace(/[\s\u0000]/gu, "_")}` as FactIdByType[T];
}

interface FactIdParts {
  readonly connector: string;
  readonly type: FactType;
  readonly connectionId: ConnectionId;
  readonly nativeId: string;
}

/** Splits a fact id; undefined when the text is not one. */
export function readFactId(id: string): FactIdParts | undefined {
  const match = /^([a-z][a-z0-9-]*):([a-z-]+):(conn_[0-9a-z]{10}):([^\s\u0000]+)$/u.exec(id);
  if (!match) return undefined;
  const type = FactType.safeParse(match[2]);
  const [, connector, , connectionId, nativeId] = match;
  if (!type.success || !connector || !connectionId || !nativeId) return undefined;
  return { connector, type: type.data, connectionId: connectionId as ConnectionId, nativeId };
}

/** Of what type an id says it is: enough where whatever comes is the id of some fact. */
export function isIdOf<T extends FactType>(type: T, id: string): id is FactIdByType[T] {
  const at = id.indexOf(":") + 1;
  return at > 0 && id.startsWith(type, at) && id[at + type.length] === ":";
}

/** What an operator said about all work of a kind: see `LinkRule`. */
export const LinkRuleId = z
  .string()
  .regex(/^linkrule_[0-9a-z]{10}$/u)
  .brand<"LinkRuleId">();
export type LinkRuleId = z.infer<typeof LinkRuleId>;

/** A dependency's id: its blocked end and its blocking end, both readable from it. */
export const DependencyId = z
  .string()
  .regex(/^\S+=>\S+$/u)
  .brand<"DependencyId">();
export type DependencyId = z.infer<typeof DependencyId>;

export function dependencyId(blockedId: WorkItemId, blockingId: WorkItemId): DependencyId {
  return `${blockedId}=>${blockingId}` as DependencyId;
}

/** Which of the subjects are dependencies: for whoever holds an id that was parsed before. */
export function isDependencyId(id: string): id is DependencyId {
  return id.includes("=>");
}

export function readDependencyId(id: DependencyId): {
  readonly blockedId: WorkItemId;
  readonly blockingId: WorkItemId;
} {
  const at = id.indexOf("=>");
  return { blockedId: id.slice(0, at) as WorkItemId, blockingId: id.slice(at + 2) as WorkItemId };
}

/** What a signal is about: a fact or a dependency. */
export const SubjectId = z.union([
  WorkItemId,
  GoalId,
  PersonId,
  OrgUnitId,
  ConnectionId,
  DependencyId,
]);
export type SubjectId = z.infer<typeof SubjectId>;

export const RuleName = z.string().regex(/^[a-z][a-z0-9-]{2,40}$/u);
export type RuleName = z.infer<typeof RuleName>;

export const SignalId = z.string().startsWith("signal:").brand<"SignalId">();
export type SignalId = z.infer<typeof SignalId>;
export const AlertId = z.string().startsWith("alert:").brand<"AlertId">();
export type AlertId = z.infer<typeof AlertId>;

/** One signal per (rule, subject), for ever: it opens and clears in generations. */
export function signalId(rule: RuleName, subjectId: SubjectId): SignalId {
  return `signal:${rule}:${subjectId}` as SignalId;
}

/** What `signalId` was given; a rule's name holds no colon. */
export function readSignalId(id: SignalId): {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
} {
  const start = id.indexOf(":") + 1;
  const end = id.indexOf(":", start);
  return { rule: id.slice(start, end), subjectId: id.slice(end + 1) as SubjectId };
}

/** The dedup key of an alert is its signal's, so one subject can never have two open alerts of a rule. */
export function alertId(rule: RuleName, subjectId: SubjectId): AlertId {
  return `alert:${rule}:${subjectId}` as AlertId;
}

/** A custom rule has an alert for each finding: what two rules found of one subject are two matters. */
export function customAlertId(customRule: RuleName, finding: SignalId): AlertId {
  return `alert:${customRule}:${finding.slice("signal:".length)}` as AlertId;
}

/** A new connection id; `random` gives 10 characters of [0-9a-z]. */
export function connectionId(random: string): ConnectionId {
  return ConnectionId.parse(`conn_${random}`);
}

/** A new grant id; `random` gives 10 characters of [0-9a-z]. */
export function grantId(random: string): GrantId {
  return GrantId.parse(`grant_${random}`);
}

/** A new link rule's id; `random` gives 10 characters of [0-9a-z]. */
export function linkRuleId(random: string): LinkRuleId {
  return LinkRuleId.parse(`linkrule_${random}`);
}
