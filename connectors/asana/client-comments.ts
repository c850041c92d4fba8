import { StoriesApi } from "asana";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { ItemComment, ItemComments } from "#shared/kit/item-comments.ts";
import { readFactId } from "#shared/model/ids.ts";

import { Transport } from "./client-transport.ts";
import type { AsanaSettings } from "./settings.ts";

const Made = z.looseObject({ data: z.looseObject({ gid: z.string() }) });
const Gid = z.string().regex(/^\d{1,20}$/u);

/** The answer is not looked at beyond the gid, which comes unasked. */
const opts = () => ({ opt_fields: "resource_subtype" });

/**
 * Comments on tasks, where the settings say so: stories of plain text. Asana makes links, and mentions, of
 * addresses in it, so that none but ours may stand there whole
 * (https://developers.asana.com/reference/createstoryfortask, 2026-11). `modified_at` of the task stays.
 */
export function asanaComments(context: SourceContext<AsanaSettings>): ItemComments | undefined {
  if (!context.settings.comments) return undefined;
  const transport = new Transport(context);
  return {
    async add(itemId, comment) {
      const gid = readFactId(itemId)?.nativeId ?? "";
      return transport.write(
        {
          what: `a comment on task ${gid}`,
          endpoint: "POST /tasks/{gid}/stories",
          call: async (api): Promise<unknown> =>
            new StoriesApi(api).createStoryForTask(bodyOf(comment), gid, opts()),
        },
        (answer) => Made.parse(answer).data.gid,
      );
    },
    async edit(receipt, comment) {
      const gid = Gid.safeParse(receipt).data;
      if (gid === undefined) {
        throw new HubError("connector.not-found", "It is not known where the comment is");
      }
      await transport.write(
        {
          what: `comment ${gid}`,
          endpoint: "PUT /stories/{gid}",
          call: async (api): Promise<unknown> =>
            new StoriesApi(api).updateStory(bodyOf(comment), gid, opts()),
        },
        () => undefined,
      );
    },
  };
}

/**
 * Whether comments may be written, without writing any: of a comment that there is not, a token that may
 * hears that it is unknown, and one that may not hears that. Throws as reads that are withheld do.
 */
export async function tryComments(context: SourceContext<AsanaSettings>): Promise<void> {
  const comments = asanaComments({ ...context, settings: { ...context.settings, comments: true } });
  try {
    await comments?.edit("0", { lines: ["-"], url: "" });
  } catch (error) {
    const isUnknown = error instanceof HubError && unknownCodes.has(error.code);
    if (!isUnknown) throw error;
  }
}

const unknownCodes: ReadonlySet<string> = new Set([
  "connector.not-found",
  "connector.misconfigured",
]);

function bodyOf({ lines, url }: ItemComment) {
  return { data: { text: [...lines, ...(url === "" ? [] : [url])].join("\n") } };
}
