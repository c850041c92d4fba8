import * as z from "zod";

import { type Happening, taskRef } from "./happening.ts";
import { Gid } from "./task-fields.ts";

/** A comment. Moves `modified_since`, not `modified_at`. */
export const AddStory = z.strictObject({
  kind: z.literal("addStory"),
  task: Gid,
  text: z.string().min(1),
});
/** An edit of a comment: neither moves, though watchers hear of it. */
export const EditStory = z.strictObject({
  kind: z.literal("editStory"),
  gid: Gid,
  text: z.string().min(1),
});

export function addStory(on: Happening, input: z.infer<typeof AddStory>) {
  const task = on.state.get("task", input.task);
  const gid = on.state.nextGid();
  const story = { gid, task: task.gid, text: input.text, created_at: on.at, created_by: on.by };
  on.state.put("story", story);
  on.state.putTask({ ...task, touchedAt: on.at });
  on.story(gid, task, { action: "added", parent: taskRef(task) });
  return { gid };
}

/** What Asana itself notes of a change. It tells watchers of it too; here they hear of the task only. */
export function noteStory(
  on: Happening,
  task: { readonly gid: string },
  about: { readonly subtype: string; readonly dependency?: string },
): void {
  const gid = on.state.nextGid();
  const story = { gid, task: task.gid, created_at: on.at, created_by: on.by, text: about.subtype };
  on.state.put("story", { ...story, ...about });
}

export function editStory(on: Happening, { gid, text }: z.infer<typeof EditStory>) {
  const story = on.state.get("story", gid);
  on.state.put("story", { ...story, text });
  const task = on.state.get("task", story.task);
  on.story(gid, task, { action: "changed", change: { field: "text", action: "changed" } });
  return { gid };
}
