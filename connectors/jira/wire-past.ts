import * as z from "zod";

const Id = z.union([z.string().min(1), z.int().transform(String)]);
const Side = z.string().nullish();

/** One field of a change; some have no `fieldId`: a new parent, a link. */
const WireChangedField = z.preprocess(
  withTexts,
  z.object({ field: z.string().nullish(), from: Side, fromText: Side, to: Side, toText: Side }),
);
export type WireChangedField = z.infer<typeof WireChangedField>;

/** Jira calls a text `toString` and may leave it out, where every object has a function of that name. */
function withTexts(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return item;
  const own = new Map<string, unknown>(Object.entries(item));
  return {
    ...Object.fromEntries(["field", "from", "to"].map((name) => [name, own.get(name)])),
    fromText: own.get("fromString"),
    toText: own.get("toString"),
  };
}

/** Who made it is left out here, so that it gets no further. */
const WireChange = z.object({
  /** The document says date and time, its example is a number. */
  created: z.unknown(),
  items: z.array(WireChangedField).default([]),
});
export type WireChange = z.infer<typeof WireChange>;

export const WireChangelogs = z.looseObject({
  issueChangeLogs: z
    .array(z.object({ issueId: Id, changeHistories: z.array(WireChange).default([]) }))
    .default([]),
  nextPageToken: z.string().nullish(),
});

export const WireStatuses = z.array(
  z.looseObject({
    id: Id,
    name: z.string(),
    statusCategory: z.looseObject({ key: z.string() }).optional(),
  }),
);
export type WireStatuses = z.infer<typeof WireStatuses>;
