import type { Context } from "hono";
import type * as z from "zod";

import { parseInput } from "../http/route.ts";

/** Reads a page's filters: empty fields mean "not set", and a wrong value is as good as none. */
export function readFilters<S extends z.ZodObject>(schema: S, c: Context): z.infer<S> {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  const known = given.filter(([name, value]) => {
    const field = schema.shape[name] as z.ZodType | undefined;
    return field?.safeParse(value).success === true;
  });
  return parseInput(schema, Object.fromEntries(known), "");
}

/** A form's fields as text; those left empty are left out, files are not taken. */
export async function readForm(c: Context): Promise<Readonly<Record<string, string>>> {
  const body = await c.req.parseBody();
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === "string" && value.trim() !== "") fields[name] = value;
  }
  return fields;
}

/** A form's fields with all that was given under each name: ticked boxes share one. */
export async function readLists(c: Context): Promise<Readonly<Record<string, readonly string[]>>> {
  const body = await c.req.parseBody({ all: true });
  const fields: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(body)) {
    const values = Array.isArray(value) ? value : [value];
    fields[name] = values.filter((one): one is string => typeof one === "string" && one !== "");
  }
  return fields;
}

/** Where a form came from: only a path of ours, so nobody is led elsewhere. */
export function backPath(wanted: string | undefined, otherwise: string): string {
  return wanted !== undefined && /^\/(?![/\\])[^\s\\]*$/u.test(wanted) ? wanted : otherwise;
}

/** Codes in the address, words on the page: nobody can put words of theirs there. */
const notices: Readonly<Record<string, string>> = {
  acknowledged: "Acknowledged. The alert stays here until its cause is gone.",
  snoozed: "Snoozed. It comes back by itself.",
  "bulk-done": "Done.",
  "bulk-some": "Done where it fits. Those it does not fit are as they were.",
  "none-ticked": "Nothing was ticked, so nothing was changed.",
  "snoozed-until-change": "Quiet until it says something else than now.",
  woken: "The alert is open again.",
  contested:
    "Contested. The rule's owner is told, without your name; nobody further up is, until they answer.",
  "contest-answered": "Answered.",
  linked: "Linked. Its alert resolves by itself in a moment.",
  unlinked: "The link was taken back.",
  "app-kept": "The app is kept. Now give your consent.",
  "consented-anew": "The consent was given anew. What rests on it works again and reads on.",
  "consented-less":
    "The consent was given anew, but leaves out a site that is connected: that one cannot be read. Consent again and choose it too.",
  "setup-saved": "Saved.",
  started: "Started. Everything is being read now; the numbers below grow while it goes on.",
  "started-next": "Started, and reading. Here is the next one of the same consent.",
  cancelled: "Given up. Its settings and credentials are being removed.",
  "cancelled-first":
    "The first reading was cancelled, and what it had read is being taken away. Your choices are kept: change what you like, and start again.",
  "cancel-backfill": "Given up. Polling goes on from where it stood before.",
  "shrink-accepted":
    "Understood. What is gone at the source goes here too, after each record was asked for once more.",
  "retry-quarantined": "They are being read again. What is understood now leaves the list.",
  connected: "Connected. Everything is being read now; the numbers below grow while it goes on.",
  changed: "Saved.",
  "link-rule-saved": "Saved. What the rule links, and no longer links, follows in a moment.",
  "link-rule-on": "The rule is on. What it links follows in a moment.",
  "link-rule-off": "The rule is off. What only it had linked is unlinked in a moment.",
  "link-rule-removed": "The rule is gone. What only it had linked is unlinked in a moment.",
  "custom-rule-saved": "Saved and deployed. Findings that fit become alerts from now on.",
  "custom-rule-deployed": "The bus has the rule as it stands here.",
  "custom-rule-removed": "The rule is gone from the bus. Its alerts resolve.",
  "token-revoked": "Revoked. Whoever shows that token is refused from now on.",
  backfill: "Everything is being read again, from the beginning.",
  reconcile: "Looking for what was missed or deleted.",
  pause:
    "Paused. What is known stays, and grows stale; what webhooks tell meanwhile is read when you resume.",
  resume: "Reading goes on: first what changed meanwhile, then a look for what is gone.",
  removing: "The connection and all that was read through it are being removed.",
  erasing: "The erasure is under way. Its receipt stands here when it is done.",
  "erase-unconfirmed": "Nothing was erased: the word ERASE, in capital letters, was not there.",
  lifted: "Let back in, by that address or id.",
  "not-erased": "Nobody of that address or id was erased, so nothing was changed.",
  matched: "Saved. Verdicts follow in a moment.",
  previewing: "The tool is being read. Nothing is written.",
  apply: "Being written. Each item is read before and after.",
  undo: "Being taken back, where ours still stands.",
  "undo-item": "This item is being taken back.",
  retry: "Going on.",
  "upload-applied": "Applied. What follows from it shows in a moment.",
  "upload-discarded": "The file was discarded. Nothing of it was applied.",
  discarded: "The preview was discarded. Nothing had been written.",
  checking: "The self-check was asked for. What it comes to stands here when it is done.",
  redriven: "The messages are back in their queues.",
};

export function noticeOf(c: Context): string | undefined {
  return notices[c.req.query("did") ?? ""];
}

/** The path with a word about what was just done there. */
export function withNotice(path: string, did: string): string {
  const [before = "", query = ""] = path.split("?");
  const params = new URLSearchParams(query);
  params.set("did", did);
  return `${before}?${params.toString()}`;
}
