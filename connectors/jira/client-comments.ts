import { addComment, updateComment } from "jira.js/cloud";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { ItemComment, ItemComments } from "#shared/kit/item-comments.ts";

import { jiraTransport } from "./client-transport.ts";
import { parseJson } from "./parse-json.ts";
import { nativeIdOf } from "./reconcile.ts";
import type { JiraSettings } from "./settings.ts";

const Made = z.looseObject({ id: z.string() });
const Receipt = z.strictObject({ issue: z.string(), comment: z.string().regex(/^\d+$/u) });

/**
 * Comments on issues, where the settings say so. A new one tells watchers as the notification scheme says,
 * for its call knows no `notifyUsers`; an edit does, and tells nobody
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/, 2026-11).
 */
export function jiraComments(context: SourceContext<JiraSettings>): ItemComments | undefined {
  if (!context.settings.comments) return undefined;
  const client = jiraTransport(context);
  return {
    async add(itemId, comment) {
      const issue = nativeIdOf(itemId);
      const answer: unknown = await addComment(client, {
        issueIdOrKey: issue,
        body: documentOf(comment),
      });
      const made = Made.safeParse(answer);
      if (made.success) return JSON.stringify({ issue, comment: made.data.id });
      throw new HubError("connector.drifted", "Jira's answer to a comment is not as documented");
    },
    async edit(receipt, comment) {
      const place = Receipt.safeParse(parseJson(receipt)).data;
      if (!place) throw new HubError("connector.not-found", "It is not known where the comment is");
      await updateComment(client, {
        issueIdOrKey: place.issue,
        id: place.comment,
        notifyUsers: false,
        body: { body: documentOf(comment) },
      });
    },
  };
}

/** Atlassian's document format: nodes of text are text, whatever they say; a mention would be a node of its own. */
function documentOf({ lines, url }: ItemComment) {
  const link = {
    type: "text",
    text: "Throughline",
    marks: [{ type: "link", attrs: { href: url } }],
  };
  const paragraphs = lines.map((text) => [{ type: "text", text }]);
  return {
    type: "doc",
    version: 1,
    content: [...paragraphs, ...(url === "" ? [] : [[link]])].map((content) => ({
      type: "paragraph",
      content,
    })),
  };
}
