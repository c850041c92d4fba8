import * as z from "zod";

const actor = { actorId: z.string().optional() };
const projectKey = z.string();

/** What an administrator may do to projects and their words. */
export const ProjectOperation = z.discriminatedUnion("kind", [
  /** An account may no longer browse the project; absent: no account may. */
  z.strictObject({
    kind: z.literal("hideProject"),
    projectKey,
    accountId: z.string().optional(),
    ...actor,
  }),
  /** Takes `hideProject` back: for one account, or for all. */
  z.strictObject({
    kind: z.literal("showProject"),
    projectKey,
    accountId: z.string().optional(),
    ...actor,
  }),
  /** An account no longer belongs to a security level; absent: nobody does. */
  z.strictObject({
    kind: z.literal("hideLevel"),
    levelId: z.string(),
    accountId: z.string().optional(),
    ...actor,
  }),
  /** Takes `hideLevel` back, for all. */
  z.strictObject({ kind: z.literal("showLevel"), levelId: z.string(), ...actor }),
  /** Lists and search no longer show it; its issues can still be read by key. */
  z.strictObject({ kind: z.literal("archiveProject"), projectKey, ...actor }),
  z.strictObject({ kind: z.literal("restoreProject"), projectKey, ...actor }),
  /** With all its issues, of which nobody is told one by one. */
  z.strictObject({ kind: z.literal("deleteProject"), projectKey, ...actor }),
  z.strictObject({
    kind: z.literal("renameProject"),
    projectKey,
    name: z.string().min(1),
    ...actor,
  }),
  /** All its issues have other keys from then on, none is touched, and the old keys keep working. */
  z.strictObject({
    kind: z.literal("changeProjectKey"),
    projectKey,
    key: z.string().regex(/^[A-Z][A-Z0-9_]+$/u),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("renameStatus"),
    statusId: z.string(),
    name: z.string().min(1).optional(),
    category: z.enum(["new", "indeterminate", "done"]).optional(),
    ...actor,
  }),
  /** In every project that has it. */
  z.strictObject({
    kind: z.literal("renameIssueType"),
    typeId: z.string(),
    name: z.string().min(1),
    ...actor,
  }),
]);
export type ProjectOperation = z.infer<typeof ProjectOperation>;
