import * as z from "zod";

import { IssueKey } from "./seed.ts";

const actor = { actorId: z.string().optional() };
const Extra = z.record(z.string(), z.json());

/** What is pinned to an issue: links to elsewhere, comments, and properties that nobody sees. */
export const AnnotationOperation = z.discriminatedUnion("kind", [
  /** By `id` or by `globalId` an existing one is replaced whole: what is left out is gone. */
  z.strictObject({
    kind: z.literal("putRemoteLink"),
    key: IssueKey,
    id: z.int().optional(),
    globalId: z.string().max(255).optional(),
    url: z.url(),
    title: z.string(),
    relationship: z.string().optional(),
    application: Extra.optional(),
    /** The rest of the linked thing: summary, icon, status. */
    object: Extra.optional(),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("deleteRemoteLink"),
    key: IssueKey,
    id: z.int().optional(),
    globalId: z.string().optional(),
    ...actor,
  }),
  /** By `id` an existing one is changed. `body` is Atlassian's document format. */
  z.strictObject({
    kind: z.literal("putComment"),
    key: IssueKey,
    id: z.string().optional(),
    body: z.json(),
    ...actor,
  }),
  z.strictObject({ kind: z.literal("deleteComment"), key: IssueKey, id: z.string(), ...actor }),
  z.strictObject({
    kind: z.literal("setEntityProperty"),
    key: IssueKey,
    property: z.string().min(1).max(255),
    value: z.json(),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("deleteEntityProperty"),
    key: IssueKey,
    property: z.string(),
    ...actor,
  }),
]);
export type AnnotationOperation = z.infer<typeof AnnotationOperation>;
export type AnnotationOf<K extends AnnotationOperation["kind"]> = Extract<
  AnnotationOperation,
  { kind: K }
>;
