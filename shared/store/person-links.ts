import { HubError } from "#shared/errors.ts";
import type { LinkStretch } from "#shared/graph/graph-as-of.ts";
import { Link } from "#shared/model/edges.ts";
import { epochMsOf, Instant, instantOf } from "#shared/model/time.ts";
import type { Condition, Item, Table, TransactOutcome, Write } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { edgeItem } from "./facts.ts";
import { heldUnder, linkKey } from "./keys.ts";
import { endedLinkType, stretchesAttribute } from "./link-marks.ts";

/*
 * Links that people state belong to no record, so no record's past tells of them. One that is taken back
 * stays as an ended link under its key: the same write as its deletion, and no evaluation sees it.
 */

/** Somewhat longer than any moment may be asked for. */
const endedDays = 100;
const stretchesMax = 20;
const roundsMax = 5;

type Ends = Pick<Link, "fromId" | "toId">;

/** States a link, if `checks` hold. Whatever stood under its key is remembered with it. */
export async function statePersonLink(
  table: Table,
  link: Link,
  checks: readonly Write[],
): Promise<TransactOutcome> {
  const key = linkKey(link);
  for (let round = 0; round < roundsMax; round += 1) {
    const before = await table.get(key);
    const stretches = before ? stretchesUntil(before, link.createdAt) : [];
    const kept = stretches.length > 0 && { [stretchesAttribute]: [...stretches] };
    const put: Write = {
      kind: "put",
      item: { ...edgeItem(link), ...kept },
      condition: stillAs(before),
    };
    const outcome = await table.transact([put, ...checks]);
    if (outcome.applied || outcome.failed.some(({ index }) => index > 0)) return outcome;
  }
  throw new HubError("entity.conflict", "This link is being changed by others: try again");
}

/** Ends a link that a person stated; false where none stands. */
export async function endPersonLink(table: Table, ends: Ends, now: Instant): Promise<boolean> {
  const key = linkKey({ ...ends, source: "person" });
  for (let round = 0; round < roundsMax; round += 1) {
    const before = await table.get(key);
    if (before?.["type"] !== "link") return false;
    const item: Item = {
      ...key,
      ...heldUnder(ends.fromId),
      type: endedLinkType,
      fromId: ends.fromId,
      toId: ends.toId,
      endedAt: now,
      [stretchesAttribute]: [...stretchesUntil(before, now)],
      expiresAtEpochSeconds: Math.floor(epochMsOf(now) / 1000) + endedDays * 86_400,
    };
    const outcome = await table.write({ kind: "put", item, condition: stillAs(before) });
    if (outcome.applied) return true;
  }
  throw new HubError("entity.conflict", "This link is being changed by others: try again");
}

function stillAs(before: Item | undefined): Condition {
  if (!before) return [[["pk", "absent"]]];
  return [
    before["type"] === "link"
      ? [
          ["type", "=", "link"],
          ["createdAt", "=", linkIn(before).createdAt],
        ]
      : [
          ["type", "=", endedLinkType],
          ["endedAt", "=", Instant.parse(before["endedAt"])],
        ],
  ];
}

const forgottenMark = "?";

/** What stood until now as lines of start, end and expiry; older ones than are kept leave a mark. */
function stretchesUntil(before: Item, now: Instant): readonly string[] {
  const lines = linesIn(before);
  const ended = before["type"] === "link" ? [lineOf(linkIn(before), now)] : [];
  const all = [...lines, ...ended];
  if (all.length <= stretchesMax) return all;
  const dropped = all.slice(0, all.length - stretchesMax + 1);
  const [, until = ""] = (dropped.at(-1) ?? "").split(" ");
  return [`${forgottenMark} ${until}`, ...all.slice(dropped.length)];
}

function linesIn(item: Item): readonly string[] {
  const lines = item[stretchesAttribute];
  return Array.isArray(lines) ? lines.map(String) : [];
}

function lineOf({ createdAt, expiresAt }: Link, now: Instant): string {
  const times = [createdAt, now, ...(expiresAt === undefined ? [] : [expiresAt])];
  return times.map((at) => epochMsOf(at).toString(36)).join(" ");
}

function linkIn(item: Item): Link {
  return fromItem(Link, item, [stretchesAttribute]);
}

/** When a person's link stood; none for any other item. */
export function personLinkStretches(item: Item): readonly LinkStretch[] {
  const isLive = item["type"] === "link" && item["source"] === "person";
  if (!isLive && item["type"] !== endedLinkType) return [];
  const ends = Link.pick({ fromId: true, toId: true }).parse({
    fromId: item["fromId"],
    toId: item["toId"],
  });
  const past = linesIn(item).map((line) => stretchOf(line, ends));
  if (!isLive) return past;
  const link = linkIn(item);
  return [...past, { link, from: link.createdAt }];
}

const beginning = instantOf(0);

function stretchOf(line: string, ends: Ends): LinkStretch {
  const [from = "", to = "", expires] = line.split(" ");
  const instant = (text: string) => instantOf(Number.parseInt(text, 36));
  const isForgotten = from === forgottenMark;
  const since = isForgotten ? beginning : instant(from);
  const link: Link = {
    type: "link",
    ...ends,
    source: "person",
    confidence: 1,
    createdAt: since,
    ...(expires !== undefined && { expiresAt: instant(expires) }),
  };
  return { link, from: since, to: instant(to), ...(isForgotten && { isForgotten }) };
}
