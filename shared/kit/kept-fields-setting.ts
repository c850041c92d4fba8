import * as z from "zod";

import { keptFieldsMax } from "#shared/model/kept-fields.ts";

/** The setting of a connection that names fields of its tool, to be kept with work items. */
export function keptFieldsSetting(description: string) {
  return z
    .array(z.string().trim().min(1).max(120))
    .max(keptFieldsMax, `At most ${keptFieldsMax} fields can be kept`)
    .default([])
    .meta({ title: "Fields to keep", description });
}
