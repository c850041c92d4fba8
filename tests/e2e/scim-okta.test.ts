import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { specsPath } from "#shared/testing/specs.ts";

import { DirectoryHub } from "./support/directory-hub.ts";
import type { DirectoryClient, ScimAnswer } from "./support/directory-hub.ts";

/*
 * Exchanges as Okta documents them: requests, each followed by the answers that it may get, in the order
 * of the guide. Every request is sent to the whole local hub over HTTP, in a state in which the guide's
 * answer is the right one, and every answer is compared with ours.
 */

const Exchange = z.looseObject({
  kind: z.enum(["request", "expected-response"]),
  section: z.string(),
  method: z.string().optional(),
  path: z.string().optional(),
  status: z.int().optional(),
  body: z.record(z.string(), z.unknown()).optional(),
});
type Exchange = z.infer<typeof Exchange>;

const file = specsPath("scim", "okta-doc-exchanges.json");
const exchanges =
  file === undefined
    ? []
    : z.looseObject({ exchanges: z.array(Exchange) }).parse(JSON.parse(readFileSync(file, "utf8")))
        .exchanges;

/** The guide's ids of two users and a group. */
const ids = {
  user: "23a35c27-23d3-4c03-b4c5-6443c09e7173",
  other: "89bb1940-b905-4575-9e7f-6f887cfb368e",
  group: "abf4dd94-a4c0-4f67-89c9-76b03340cb9b",
};
type Names = Readonly<Record<keyof typeof ids, string>>;

interface Pair {
  readonly name: string;
  readonly request: Exchange;
  /** Undefined where the guide shows none. */
  readonly response: Exchange | undefined;
}

/** Each request with each of the answers below it. */
function pairsOf(all: readonly Exchange[]): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const [index, request] of all.entries()) {
    if (request.kind !== "request") continue;
    const next = all.findIndex(({ kind }, at) => at > index && kind === "request");
    const responses = all.slice(index + 1, next < 0 ? undefined : next);
    for (const response of responses.length === 0 ? [undefined] : responses) {
      const answered = response ? ` -> ${response.status ?? 0}` : "";
      const name = `${index} ${request.section}: ${request.method ?? ""}${answered}`;
      pairs.push({ name, request, response });
    }
  }
  return pairs;
}

const pairs = pairsOf(exchanges);

describe.skipIf(file === undefined)("Okta", () => {
  let hub: DirectoryHub;
  beforeAll(async () => {
    hub = await DirectoryHub.start();
  }, 60_000);
  afterAll(() => hub.end());

  test("all 33 exchanges are in a pair", () => {
    expect(exchanges).toHaveLength(33);
    const paired = pairs.flatMap(({ request, response }) => [request, response ?? request]);
    expect(new Set(paired).size).toBe(33);
  });

  test.each(pairs)("$name", async ({ request, response }) => {
    const client = await hub.connect();
    const names = await prepare(client, { request, response });
    const [path, body] = filled(request, names);
    const headers = { "user-agent": "Okta SCIM Client 1.0.0" };
    const answer = await client.send(request.method ?? "", path, body, headers);
    expect(faultsOf({ request, response, answer })).toEqual([]);
    expect(await standsAfter(client, request, names)).toEqual(wantedAfter(request, names));
  });
});

/** The state in which the answer is right: what a request creates is not there yet, unless it is refused for it. */
async function prepare(
  client: DirectoryClient,
  { request, response }: Pick<Pair, "request" | "response">,
): Promise<Names> {
  const { path = "", section } = request;
  const user = await client.user(firstName(path, response?.status), {
    name: response?.body?.["name"] ?? { givenName: "Another", familyName: "User" },
    emails: [{ primary: true, value: "test.user@okta.local", type: "work" }],
  });
  const other = await client.user("second.user@okta.local");
  const isEmpty = response?.body?.["totalResults"] === 0;
  const member = section.includes("membership") ? other : user;
  const group = await client.group(isEmpty ? "Another" : "Test SCIMv2", [member]);
  return { user, other, group };
}

function firstName(path: string, status: number | undefined): string {
  const isAboutNobody = path.includes("userName") || path.endsWith("/Users");
  return isAboutNobody && status !== 409 ? "somebody.else@okta.local" : "test.user@okta.local";
}

function filled({ path = "", body }: Exchange, names: Names): readonly [string, unknown] {
  const fill = (text: string) =>
    Object.entries(ids).reduce(
      (filledSoFar, [name, id]) => filledSoFar.replaceAll(id, names[name as keyof Names]),
      text,
    );
  const below = fill(path).replace(/^\/scim\/v2/u, "");
  return [below, body && (JSON.parse(fill(JSON.stringify(body))) as unknown)];
}

interface Judged {
  readonly request: Exchange;
  readonly response: Exchange | undefined;
  readonly answer: ScimAnswer;
}

/** In which ways the answer is not the guide's. */
function faultsOf(judged: Judged): readonly string[] {
  const { request, response, answer } = judged;
  const isList = request.path?.includes("?") === true;
  const isRefused = response?.status === 404 || response?.status === 409;
  if (isRefused && !isList) return faultsOfError(judged);
  if (!statusesOf(judged).includes(answer.status)) return [`status ${answer.status}`];
  if (isList) return faultsOfList(judged);
  return answer.status === 204 ? [] : faultsOfResource(judged);
}

/** For a group the guide takes 200 with it or 204 without; for a search, 404 or an empty list. */
function statusesOf({ request, response }: Judged): readonly number[] {
  const isGroupPatch = request.method === "PATCH" && request.path?.includes("/Groups/") === true;
  if (isGroupPatch) return [200, 204];
  return [
    response?.status === 404
      ? 200
      : (response?.status ?? (request.method === "DELETE" ? 204 : 200)),
  ];
}

function faultsOfError({ response, answer }: Judged): readonly string[] {
  const { status, schemas } = answer.body;
  return [
    ...(status === String(response?.status) ? [] : ["status is not the text of the guide's"]),
    ...(isDeepStrictEqual(schemas, response?.body?.["schemas"]) ? [] : ["schemas"]),
  ];
}

function faultsOfList({ response, answer }: Judged): readonly string[] {
  const { totalResults, startIndex, itemsPerPage, Resources } = answer.body;
  const isCounted = Array.isArray(Resources) && Resources.length === itemsPerPage;
  const wanted = response?.body?.["totalResults"] ?? (response?.status === 404 ? 0 : totalResults);
  return [
    ...(isCounted && startIndex === 1 ? [] : ["paging"]),
    ...(totalResults === wanted ? [] : [`totalResults ${String(totalResults)}`]),
  ];
}

/** What the hub keeps, of what the guide shows; its own examples differ in what they sent and got. */
const kept = ["userName", "displayName", "externalId", "active"];

function faultsOfResource({ request, response, answer: { body } }: Judged): readonly string[] {
  const isUser = request.path?.includes("/Users") === true;
  const isWhole = request.method === "POST" || request.method === "PUT";
  const meant = (isWhole ? request.body : response?.body) ?? {};
  const { resourceType } = z.looseObject({ resourceType: z.string() }).parse(body["meta"]);
  return [
    ...(isUser ? faultsOfUser(meant, body) : []),
    ...(Array.isArray(body["schemas"]) ? [] : ["schemas"]),
    ...((isUser ? "groups" : "members") in body ? [] : ["groups or members"]),
    ...(resourceType === (isUser ? "User" : "Group") ? [] : ["resourceType"]),
  ];
}

function faultsOfUser(meant: Record<string, unknown>, body: ScimAnswer["body"]): readonly string[] {
  const wrong = kept.filter((name) => name in meant && meant[name] !== body[name]);
  const names = z.record(z.string(), z.unknown()).default({}).parse(meant["name"]);
  const { middleName: _middle, ...name } = names;
  const isNamed = Object.keys(name).length === 0 || isDeepStrictEqual(body["name"], name);
  return [...wrong, ...(isNamed ? [] : ["name"])];
}

/** What the request was to bring about, where it was. */
function wantedAfter({ method, path = "", section, body }: Exchange, names: Names): unknown {
  if (method === "PATCH" && path.includes("/Users/")) return false;
  if (method === "DELETE") return 404;
  if (!section.includes("membership")) return undefined;
  // Replacing all leaves both; the others leave the first alone.
  const isOfBoth = JSON.stringify(body).includes('"replace"');
  return isOfBoth ? [names.user, names.other].toSorted() : [names.user];
}

async function standsAfter(
  client: DirectoryClient,
  { method, path = "", section }: Exchange,
  names: Names,
): Promise<unknown> {
  if (method === "PATCH" && path.includes("/Users/")) {
    return (await client.send("GET", `/Users/${names.user}`)).body["active"];
  }
  if (method === "DELETE") return (await client.send("GET", `/Groups/${names.group}`)).status;
  if (!section.includes("membership")) return undefined;
  const group = (await client.send("GET", `/Groups/${names.group}`)).body;
  const members = z.array(z.looseObject({ value: z.string() })).parse(group["members"]);
  return members.map(({ value }) => value).toSorted();
}
