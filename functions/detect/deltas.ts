import { differ } from "#shared/kit/differ.ts";
import type { Delta } from "#shared/kit/rule.ts";
import type { Connection } from "#shared/model/connection.ts";
import { staleAfterMinutes } from "#shared/model/connection.ts";
import { isCustomRule } from "#shared/model/custom-rule.ts";
import { Match } from "#shared/model/edges.ts";
import { readSignalId, SignalId } from "#shared/model/ids.ts";
import { SamePerson } from "#shared/model/org.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { readHidden } from "#shared/store/connection-parts.ts";
import { readDocument } from "#shared/store/documents.ts";
import { readEdgeItem, readFactItem } from "#shared/store/facts.ts";
import { readWaiting } from "#shared/store/histories.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { connectionSpec, linkRuleSpec, ruleSettingsSpec, signalSpec } from "#shared/store/specs.ts";

/**
 * Reads a change of the table as the rules understand it; undefined when it is none of their business.
 * An image that cannot be read is put aside and counts as not there: that touches all that it may have
 * touched, and what is evaluated then reads the item itself, and finds it unread.
 */
export function deltaOf(
  change: ItemChange,
  setAside: SetAside = new SetAside(),
): Delta | undefined {
  if (isNothing(change)) return undefined;
  const before = change.before && setAside.read(change.before, readThing);
  const after = change.after && setAside.read(change.after, readThing);
  const delta = before || after ? bothOf(before, after) : toldBy(change, setAside);
  if (!delta || !isUnread(change.before, setAside)) return delta;
  return { ...delta, wasUnread: true };
}

type Thing = ReturnType<typeof readThing>;

function bothOf(before: Thing, after: Thing): Delta {
  return { ...(before && { before }), ...(after && { after }) };
}

function toldBy(change: ItemChange, setAside: SetAside): Delta | undefined {
  const item = change.after ?? change.before;
  const tell = () => learned(change) ?? buried(change.after) ?? hid(change) ?? concluded(change);
  return item && setAside.read(item, tell);
}

/** Were two looks never to agree, they would go on for ever: so many in a row are the last. */
const looksMax = 8;

/**
 * A signal that is gone is looked at as well: whoever was to replace it lost to that. Its key tells of which one,
 * so that it may also have been taken away because nobody could read it.
 */
function concluded({ before, after }: ItemChange): Delta | undefined {
  if ((after ?? before)?.["type"] !== "signal") return undefined;
  if (!after) return before && { ofSignal: readSignalId(SignalId.parse(before.pk)) };
  const { rule, subjectId, looks = 0 } = readDocument(signalSpec, after);
  return looks < looksMax ? { ofSignal: { rule, subjectId, looks } } : undefined;
}

/** Something that a connection cannot see was noticed or is over. */
function hid({ before, after }: ItemChange): Delta | undefined {
  const [was, is] = [before && readHidden(before), after && readHidden(after)];
  const hidden = is ?? was;
  // How many could not be read is told, and of each gap the reason.
  const isNoticedAgain = was?.type === is?.type && whyOf(was) === whyOf(is);
  return hidden && !isNoticedAgain ? { ofCoverage: hidden.connectionId } : undefined;
}

function whyOf(hidden: ReturnType<typeof readHidden>): string | undefined {
  return hidden?.type === "coverage-gap" ? hidden.why : undefined;
}

function isUnread(before: Item | undefined, { partitions }: SetAside): boolean {
  return before !== undefined && partitions.has(before.pk);
}

/** The embedded database also reports writes that changed nothing. */
function isNothing({ before, after }: ItemChange): boolean {
  if (after?.["hash"] === undefined || before?.["hash"] !== after["hash"]) return false;
  // The same content of a later version is a sign of life.
  return before["sourceVersion"] === after["sourceVersion"];
}

/** What no longer tells of waiting changes what is said as much as what begins to. */
function learned({ before, after }: ItemChange): Delta | undefined {
  const history = (after && readWaiting(after)) ?? (before && readWaiting(before));
  return history && { history };
}

function buried(item: Item | undefined): Delta | undefined {
  const stored = item && readFactItem(item);
  return stored?.isRemoved === true ? { buriedId: stored.id } : undefined;
}

function readThing(item: Item): NonNullable<Delta["before"]> | undefined {
  const stored = readFactItem(item);
  if (stored) return stored.isRemoved ? undefined : stored.fact;
  switch (item["type"]) {
    case "link":
    case "dependency":
    case "membership":
      return readEdgeItem(item);
    case "match":
      return fromItem(Match, item);
    case "same-person":
      return fromItem(SamePerson, item);
    case "connection":
      return readDocument(connectionSpec, item);
    case "rule-settings":
      return settingsOf(readDocument(ruleSettingsSpec, item));
    case "link-rule":
      return readDocument(linkRuleSpec, item);
    default:
      return undefined;
  }
}

/**
 * What of a change bears on any rule: of a connection that only works no more, or has another problem, no
 * more than that; of one that was read once more, nothing.
 */
export function bearing(delta: Delta): readonly Delta[] {
  if (changesConclusions(delta)) return [delta];
  const [was, is] = [delta.before, delta.after].map((thing) =>
    thing?.type === "connection" ? thing : undefined,
  );
  if (!is) return [];
  const isNews =
    differ(was, is, ["status", "name"]) || differ(was?.problem, is.problem, ["code", "since"]);
  // A new one has no finding yet that could name it.
  const isRenamed = was !== undefined && was.name !== is.name;
  return [
    ...(isNews ? [{ ofConnection: is.id }] : []),
    ...(isRenamed ? [{ ofCoverage: is.id }] : []),
  ];
}

/**
 * A connection's change that alters what absence means: it became ready, fresh again after it had been
 * stale, is a draft no more, is leaving, or has other settings, which say whether it may hold goals. One that
 * works again sooner had not been stale: how old its last success is says that, and not its status.
 */
function changesConclusions({ before, after }: Delta): boolean {
  if ((after ?? before)?.type !== "connection") return true;
  const is = standing(after);
  // A new connection has nothing to conclude from yet; that it became ready is the news.
  if (!before) return is?.readyAt !== undefined;
  const was = standing(before);
  return (
    differ(was, is, ["readyAt", "isLeaving", "settings"]) ||
    (was?.isDraft === true && is?.isDraft === false) ||
    stoodStill(was, is)
  );
}

type Standing = ReturnType<typeof standing>;

function standing(thing: Delta["before"]) {
  if (thing?.type !== "connection") return undefined;
  const { readyAt, freshAt, settings, status } = thing;
  const [isLeaving, isDraft] = [status === "removing", status === "draft"];
  return { readyAt, freshAt, settings: sorted(settings), isLeaving, isDraft };
}

/** Attribute order inside a stored map is not kept by every table. */
function sorted(settings: Connection["settings"]): unknown {
  return Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Between these two successes it was stale, by anybody's clock, whether it was noted or not. */
function stoodStill(was: Standing, is: Standing): boolean {
  if (was?.freshAt === undefined || is?.freshAt === undefined) return false;
  return epochMsOf(is.freshAt) - epochMsOf(was.freshAt) > (staleAfterMinutes - 1) * minuteMs;
}

/** A custom rule finds nothing by itself: what is set of it is about its alerts. */
function settingsOf(settings: RuleSettings): RuleSettings | undefined {
  return isCustomRule(settings.rule) ? undefined : settings;
}
