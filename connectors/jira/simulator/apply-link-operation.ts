import type { HistoryItem } from "./entities.ts";
import { type Done, loadIssue, type Moment, writeHistory } from "./moment.ts";
import type { JiraOperation, JiraOperationOf } from "./operation.ts";
import { Refusal } from "./refusal.ts";
import type { Issue, Link } from "./state.ts";

export type LinkOperation = Extract<JiraOperation, { kind: "linkIssues" | "unlinkIssues" }>;

/**
 * Links tell of themselves with `issuelink_*` only. Both ends get a changelog entry, and with it a new
 * `updated`: believed of Jira, not confirmed by its documents (2026-11).
 */
export function applyLinkOperation(moment: Moment, operation: LinkOperation): Done {
  switch (operation.kind) {
    case "linkIssues":
      return link(moment, operation);
    case "unlinkIssues":
      return unlink(moment, operation);
  }
}

function link(moment: Moment, operation: JiraOperationOf<"linkIssues">): Done {
  const { state } = moment;
  const source = loadIssue(state, operation.sourceKey);
  const destination = loadIssue(state, operation.destinationKey);
  const type = state.linkTypes.find(({ id }) => id === operation.typeId);
  if (!type) throw new Refusal(404, `No issue link type with id '${operation.typeId}' found.`);
  if (source === destination) throw new Refusal(400, "You cannot link an issue to itself.");
  const ends = { typeId: type.id, sourceId: source.id, destinationId: destination.id };
  const same = state.linksOf(source.id).find((each) => isSame(each, ends));
  // Making a link again is accepted and changes nothing.
  if (same) return { result: { id: same.id }, events: [] };
  const made = { id: state.nextId(), ...ends };
  state.putLink(made);
  noteBothEnds(moment, made, "added");
  return { result: { id: made.id }, events: [{ name: "issuelink_created", link: made }] };
}

function unlink(moment: Moment, operation: JiraOperationOf<"unlinkIssues">): Done {
  const found = moment.state.links.get(operation.linkId);
  if (!found) throw new Refusal(404, `No issue link with id '${operation.linkId}' exists.`);
  moment.state.removeLink(found);
  noteBothEnds(moment, found, "removed");
  return { result: { id: found.id }, events: [{ name: "issuelink_deleted", link: found }] };
}

function isSame(link: Link, ends: Omit<Link, "id">): boolean {
  return (
    link.typeId === ends.typeId &&
    link.sourceId === ends.sourceId &&
    link.destinationId === ends.destinationId
  );
}

function noteBothEnds(moment: Moment, link: Link, what: "added" | "removed"): void {
  const type = moment.state.linkTypeOf(link);
  const source = moment.state.store.toChange(link.sourceId);
  const destination = moment.state.store.toChange(link.destinationId);
  if (!source || !destination) return;
  writeHistory(moment, source, [linkItem(destination, type.outward, what)]);
  writeHistory(moment, destination, [linkItem(source, type.inward, what)]);
}

function linkItem(other: Issue, phrase: string, what: "added" | "removed"): HistoryItem {
  const text = `This work item ${phrase} ${other.key}`;
  const [before, after] = what === "added" ? [null, other.key] : [other.key, null];
  return {
    field: "Link",
    fieldtype: "jira",
    from: before,
    fromString: before === null ? null : text,
    to: after,
    toString: after === null ? null : text,
  };
}
