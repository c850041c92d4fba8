import * as z from "zod";

/** A settings item must fit the table's 400 KB with room to spare; 200,000 characters are 2,000 goals. */
const contentLengthMax = 200_000;

export const GoalsFileSettings = z
  .strictObject({
    format: z.enum(["auto", "yaml", "csv"]).default("auto").meta({
      title: "Format",
      description: "auto looks at the address's ending, then at the content.",
    }),
    content: z.string().min(1).max(contentLengthMax).optional().meta({
      title: "Content",
      description: "The file itself, pasted. Leave empty to read it from an address.",
    }),
    url: z
      .url({ protocol: /^https?$/u })
      .optional()
      .meta({
        title: "Address",
        description: "Where the file can be read, such as its raw address in a repository.",
      }),
    authorization: z.string().min(1).max(2000).optional().meta({
      title: "Authorization header",
      description: "Sent with the request for a private file: Bearer …",
      secret: true,
    }),
  })
  .refine(({ content, url }) => (content === undefined) !== (url === undefined), {
    path: ["content"],
    error: "Give either the content or an address",
  });
export type GoalsFileSettings = z.infer<typeof GoalsFileSettings>;
