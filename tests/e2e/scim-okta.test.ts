import { readFileSync } from "node:fs";

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
    expectStatus(answer, response, request);
    if (response?.status === 404 || response?.status === 409) expectError(answer, response);
    else if (answer.status !== 204) expectResource(answer.body, response?.body, { request, names });
    await expectAfterwards(client, request, names);
  });
});

/** The state in which the answer is right: what a request creates is not there yet, unless it is refused for it. */
async function prepare(
  client: DirectoryClient,
  { request, response }: Pick<Pair, "request" | "response">,
): Promise<Names> {
  const path = request.path ?? "";
  const isAboutNobody = path.includes("userName") || path.endsWith("/Users");
  const user = await client.user(
    isAboutNobody && response?.status !== 409 ? "somebody.else@okta.local" : "test.user@okta.local",
    {
      name: response?.body?.["name"] ?? { givenName: "Another", familyName: "User" },
      emails: [{ primary: true, value: "test.user@okta.local", type: "work" }],
    },
  );
  const other = await client.user("second.user@okta.local");
  const isSearched = path.includes("displayName") && response?.body?.["totalResults"] === 0;
  const isOfOther = request.section.includes("membership");
  const group = await client.group(isSearched ? "Another" : "Test SCIMv2", [
    isOfOther ? other : user,
  ]);
  return { user, other, group };
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

function expectStatus(
  { status, body }: ScimAnswer,
  response: Exchange | undefined,
  { method, path = "" }: Exchange,
): void {
  const isGroupPatch = method === "PATCH" && path.includes("/Groups/");
  // The guide takes 200 with the group or 204 without; and, for a search, 404 or an empty list.
  if (isGroupPatch) expect([200, 204]).toContain(status);
  else if (response?.status === 404) expect([status, body["totalResults"]]).toEqual([200, 0]);
  else expect(status).toBe(response?.status ?? 200);
}

function expectError(answer: ScimAnswer, response: Exchange): void {
  if (answer.status === 200) return;
  expect(answer.body["schemas"]).toEqual(response.body?.["schemas"]);
  expect(answer.body["status"]).toBe(String(response.status));
}

/** What the hub keeps, of what the guide shows. Its own examples differ in what they sent and got. */
const kept = [
  "schemas",
  "userName",
  "name",
  "displayName",
  "externalId",
  "active",
  "groups",
] as const;

function expectResource(
  found: ScimAnswer["body"],
  shown: Exchange["body"],
  { request, names }: { readonly request: Exchange; readonly names: Names },
): void {
  if (request.path?.includes("?") === true) {
    expect(found["totalResults"]).toBe(shown?.["totalResults"] ?? found["totalResults"]);
    expect(found).toMatchObject({ startIndex: 1, itemsPerPage: found["totalResults"] });
    return;
  }
  const meant = { ...shown, ...(request.method === "GET" ? {} : request.body) };
  for (const name of kept) {
    if (!(name in meant) || request.method === "PATCH") continue;
    if (name === "groups" && request.method === "GET") continue;
    if (name === "groups" || name === "schemas") expect(found).toHaveProperty(name);
    else if (name === "name") expect(found[name]).toMatchObject(withoutMiddle(meant[name]));
    else expect([name, found[name]]).toEqual([name, meant[name]]);
  }
  const type = request.path?.includes("/Users") === true ? "User" : "Group";
  expect(found["meta"]).toMatchObject({ resourceType: type });
  if (request.method === "PUT" && type === "Group") {
    expect(found["members"]).toMatchObject([{ value: names.user }]);
  }
}

function withoutMiddle(name: unknown): Record<string, unknown> {
  const { middleName: _middle, ...rest } = z.record(z.string(), z.unknown()).parse(name);
  return rest;
}

async function expectAfterwards(client: DirectoryClient, request: Exchange, names: Names) {
  const { method, path = "", section, body } = request;
  if (method === "PATCH" && path.includes("/Users/")) {
    expect((await client.send("GET", `/Users/${names.user}`)).body["active"]).toBe(false);
  }
  if (method === "DELETE") {
    expect((await client.send("GET", `/Groups/${names.group}`)).status).toBe(404);
  }
  if (!section.includes("membership")) return;
  const group = (await client.send("GET", `/Groups/${names.group}`)).body;
  const members = z.array(z.looseObject({ value: z.string() })).parse(group["members"]);
  // Replacing all leaves both; the others leave the first alone.
  const isOfBoth = JSON.stringify(body).includes('"replace"');
  const wanted = isOfBoth ? [names.user, names.other] : [names.user];
  expect(members.map(({ value }) => value).toSorted()).toEqual(wanted.toSorted());
}
