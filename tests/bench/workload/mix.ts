/**
 * What one delivery does. The first seven occur in the recorded deliveries beside the checkout, 27 in
 * all, and weigh as often as there; a recording is of one person's afternoon, so nobody re-parented
 * anything or blocked anybody. `relink` and `block` are added where a benchmark is about signals.
 */
export type EventKind =
  | "comment-event"
  | "comment"
  | "edit"
  | "status"
  | "assignee"
  | "created"
  | "removed"
  | "type"
  | "relink"
  | "block";

/** 4 `comment_*` events, 5 issue events about comments, 7 edits of fields that the hub does not keep … */
export const recordedMix: readonly EventKind[] = [
  ...repeat("comment-event", 4),
  ...repeat("comment", 5),
  ...repeat("edit", 7),
  ...repeat("status", 4),
  ...repeat("assignee", 3),
  ...repeat("created", 2),
  ...repeat("removed", 1),
  ...repeat("type", 1),
];

/** The recorded mix, and with every 27 of it one epic set to or off its goal and one dependency. */
export const signalMix: readonly EventKind[] = [...recordedMix, "relink", "block"];

/** Kinds after which the graph is as it was. */
export const noOps: ReadonlySet<EventKind> = new Set(["comment-event", "comment", "edit"]);

function repeat(kind: EventKind, times: number): readonly EventKind[] {
  return Array.from({ length: times }, () => kind);
}
