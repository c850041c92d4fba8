import * as z from "zod";

const Id = z.union([z.string().min(1), z.int().transform(String)]);
/** What is no text says nothing: one odd change must not hide those of a thousand issues. */
const Side = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined);

/** One field of a change; some have no `fieldId`: a new parent, a link. */
const WireChangedField = z.preprocess(
  withTexts,
  z.object({ field: Side, from: Side, fromText: Side, to: Side, toText: Side }),
);
export type WireChangedField = z.infer<typeof WireChangedField>;

/** Those elements that are of the form; a list that is none is empty. */
function readable<T>(element: z.ZodType<T>) {
  const read = (one: unknown): readonly T[] => {
    const { success, data } = element.safeParse(one);
    return success ? [data] : [];
  };
  return z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap(read));
}

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
  items: readable(WireChangedField),
});
export type WireChange = z.infer<typeof WireChange>;

export const WireChangelogs = z.looseObject({
  issueChangeLogs: z
    .array(z.object({ issueId: Id, changeHistories: readable(WireChange) }))
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
