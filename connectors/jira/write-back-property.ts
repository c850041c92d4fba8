import * as z from "zod";

import type { SightStatement, WriteBack } from "#shared/kit/write-back.ts";
import type { FactId } from "#shared/model/ids.ts";

import { canonicalJson } from "./canonical-json.ts";
import type { JiraWriteBackClient } from "./client-write-back.ts";
import { nativeIdOf } from "./reconcile.ts";

/** Where apps note things on an issue, unseen by people but for automation, JQL of apps and reports. */
const propertyKey = "throughline.line-of-sight";

/** What stands there when it is ours; a value of another form was put there by somebody else. */
const OwnValue = z.strictObject({
  writtenBy: z.literal("throughline"),
  verdict: z.string(),
  sentence: z.string(),
  goal: z.strictObject({ title: z.string(), url: z.string() }).optional(),
  hub: z.string(),
});

/**
 * The line of sight as an entity property: JSON of at most 32768 characters, which changes neither the
 * issue nor its history (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/, 2026-11).
 */
export function propertyWriteBack(client: JiraWriteBackClient): WriteBack {
  return {
    place: `the entity property ${propertyKey}`,
    async read(ids) {
      const idOf = new Map(ids.map((id) => [nativeIdOf(id), id]));
      const found = await client.properties([...idOf.keys()], propertyKey);
      return new Map(
        [...found].flatMap(([native, value]): [FactId, string | null][] => {
          const id = idOf.get(native);
          return id === undefined ? [] : [[id, value === undefined ? null : textOf(value)]];
        }),
      );
    },
    render: (statement) => canonicalJson(valueOf(statement)),
    inWords(text) {
      const own = OwnValue.safeParse(JSON.parse(text));
      return own.success ? own.data.sentence : text;
    },
    async write(id, value) {
      const native = nativeIdOf(id);
      if (value === null) await client.deleteProperty(native, propertyKey);
      else await client.setProperty(native, propertyKey, JSON.parse(value));
    },
  };
}

function valueOf({ verdict, sentence, goalTitle, goalUrl, itemUrl }: SightStatement) {
  const goal = { title: goalTitle ?? "", url: goalUrl ?? "" };
  const isServing = goalTitle !== undefined && goalUrl !== undefined;
  return OwnValue.parse({
    writtenBy: "throughline",
    verdict,
    sentence,
    ...(isServing && { goal }),
    hub: itemUrl,
  });
}

/** Ours has one form however Jira orders it; another's is kept as it was, to be put back so. */
function textOf(value: unknown): string {
  return OwnValue.safeParse(value).success ? canonicalJson(value) : JSON.stringify(value);
}
