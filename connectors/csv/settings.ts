import * as z from "zod";

export const CsvSettings = z.strictObject({
  companyName: z.string().trim().min(1).max(80).default("Company").meta({
    title: "Company name",
    description: "Name of the topmost unit, above the divisions and departments of the files.",
  }),
});
export type CsvSettings = z.infer<typeof CsvSettings>;
