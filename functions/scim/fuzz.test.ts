import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";

import { ScimRig, enterpriseUrn, groupUrn, patchUrn, userUrn } from "../../tests/rig/scim-rig.ts";
import type { ScimAnswered } from "../../tests/rig/scim-rig.ts";

/*
 * Garbage of every kind, and requests that are nearly right: none may break the server, each must get an
 * answer of the protocol, and what was there before must still be there. `SCIM_FUZZ=10000` sends that many.
 */

// An own setting of this test, which no production code reads.
// oxlint-disable-next-line node/no-process-env
const runs = Number(process.env["SCIM_FUZZ"] ?? "400");

let rig: ScimRig;
let user: string;
let group: string;
beforeAll(async () => {
  rig = await ScimRig.start();
  user = await rig.user("witness", { displayName: "Witness" });
  group = await rig.group("Witnesses", [user]);
});
afterAll(() => rig.close());

const names =
  `userName displayName name emails active members schemas externalId id meta groups nickName
  __proto__ constructor name.familyName toString emails.value members.value emails[ addresses userType
  urn:x:y:2.0:Z:a ${enterpriseUrn} ${enterpriseUrn}:manager`.split(/\s+/u);
const selections = ["", 'emails[type eq "work"].value', 'members[value eq "x"]'];
const name = fc.oneof(
  fc.constantFrom(...names, ...selections),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, "True", "", 0, -1, 1e308, [], {}, [null], [[]], [{}]),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 4 }),
  fc.record({
    value: fc.oneof(fc.string(), fc.constant("x")),
    type: fc.constantFrom("work", "home", 7),
  }),
  fc.array(fc.record({ value: fc.jsonValue({ maxDepth: 1 }), $ref: fc.constant(null) }), {
    maxLength: 4,
  }),
);
const object = fc.dictionary(name, value, { maxKeys: 6 });
const operation = fc.oneof(
  object,
  fc.record(
    {
      op: fc.oneof(fc.constantFrom("add", "Add", "replace", "REMOVE", "remove", "move"), value),
      path: fc.oneof(name, value),
      value: fc.oneof(value, object),
    },
    { requiredKeys: [] },
  ),
);
const schemas = fc.constantFrom<unknown>(
  [userUrn],
  [groupUrn],
  [patchUrn],
  [userUrn, enterpriseUrn],
  [],
  "x",
  null,
);
const body = fc.oneof(
  fc.record(
    { schemas, userName: value, displayName: value, active: value, emails: value, members: value },
    { requiredKeys: ["schemas"] },
  ),
  fc.record({
    schemas: fc.constant([patchUrn]),
    Operations: fc.oneof(fc.array(operation, { maxLength: 5 }), value),
  }),
  object,
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.jsonValue({ maxDepth: 6 }),
);
const word = fc.oneof(
  name,
  fc.constantFrom(
    "eq",
    "and",
    "or",
    "not",
    "pr",
    "co",
    "sw",
    "gt",
    "(",
    ")",
    "[",
    "]",
    '"a"',
    "true",
    "null",
    "1",
    ".",
  ),
);
const filter = fc.oneof(
  fc.array(word, { maxLength: 9 }).map((words) => words.join(" ")),
  fc
    .tuple(name, word, fc.string())
    .map(([path, op, text]) => `${path} ${op} ${JSON.stringify(text)}`),
);
const query = fc.dictionary(
  fc.constantFrom(
    "filter",
    "startIndex",
    "count",
    "attributes",
    "excludedAttributes",
    "sortBy",
    "x",
  ),
  fc.oneof(filter, fc.integer().map(String), name),
  { maxKeys: 3 },
);
const path = fc.oneof(
  fc.constantFrom(
    "/Users",
    "/Groups",
    "/Users/.search",
    "/Groups/.search",
    "/Schemas",
    "/Me",
    "/Bulk",
    "/.search",
    "",
  ),
  fc.constantFrom("USER", "GROUP"),
  fc
    .tuple(
      fc.constantFrom("/Users/", "/Groups/", "/Schemas/", "/ResourceTypes/", "/"),
      fc.string({ unit: "binary", maxLength: 40 }),
    )

    // An address that ends in dots or in nothing is another one by the time it is sent.
    .filter(([, end]) => !/^\.{0,2}$/u.test(end))
    .map(([start, end]) => start + encodeURIComponent(end.toWellFormed())),
);
const garbage = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "PATCH", "DELETE"),
  path,
  query,
  body: fc.option(body, { nil: undefined }),
  type: fc.constantFrom("application/scim+json", "application/json", "text/plain", "x"),
  tag: fc.constantFrom<string | undefined>(undefined, undefined, "*", 'W/"1"', "nonsense"),
});
/** As a client means it, up to one value. */
const sane = {
  query: fc.constant({}),
  type: fc.constant("application/scim+json"),
  tag: fc.constant(undefined),
};
const nearly = fc.oneof(
  fc.record({
    ...sane,
    method: fc.constant("POST"),
    path: fc.constant("/Users"),
    body: fc.record(
      { schemas: fc.constant([userUrn]), userName: fc.string({ minLength: 1 }), name: value },
      { requiredKeys: ["schemas", "userName"] },
    ),
  }),
  fc.record({
    ...sane,
    method: fc.constant("POST"),
    path: fc.constant("/Groups"),
    body: fc.record(
      {
        schemas: fc.constant([groupUrn]),
        displayName: fc.string({ minLength: 1 }),
        members: value,
      },
      { requiredKeys: ["schemas", "displayName"] },
    ),
  }),
  fc.record({
    ...sane,
    method: fc.constant("PATCH"),
    path: fc.constantFrom("USER", "GROUP"),
    body: fc.record({
      schemas: fc.constant([patchUrn]),
      Operations: fc.array(
        fc.record({ op: fc.constantFrom("add", "replace", "remove"), path: name, value }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  }),
  fc.record({
    ...sane,
    query,
    method: fc.constant("GET"),
    path: fc.constantFrom("/Users", "/Groups", "USER", "GROUP"),
    body: fc.constant(undefined),
  }),
);
const request = fc.oneof(garbage, nearly);
type Sent = typeof request extends fc.Arbitrary<infer T> ? T : never;

async function send(sent: Sent): Promise<ScimAnswered> {
  const isWitness = sent.path === "USER" || sent.path === "GROUP";
  const at =
    sent.path === "USER"
      ? `/Users/${user}`
      : sent.path === "GROUP"
        ? `/Groups/${group}`
        : sent.path;
  // The witnesses are changed in every way but one: they must be there in the end.
  const method = isWitness && sent.method === "DELETE" ? "GET" : sent.method;
  const asked = new URLSearchParams();
  for (const [key, text] of Object.entries(sent.query)) asked.set(key, text.toWellFormed());
  const mayHaveBody = method !== "GET" && method !== "DELETE" && sent.body !== undefined;
  const headers = {
    "content-type": sent.type,
    ...(sent.tag !== undefined && { "if-match": sent.tag }),
  };
  return rig.send(
    method,
    asked.size === 0 ? at : `${at}?${asked.toString()}`,
    mayHaveBody ? sent.body : undefined,
    headers,
  );
}

const ErrorBody = z.looseObject({
  schemas: z.tuple([z.literal("urn:ietf:params:scim:api:messages:2.0:Error")]),
  status: z.string(),
  detail: z.string().min(1),
});
const ResourceBody = z.looseObject({ schemas: z.array(z.string()).min(1) });

/** In which ways it is no answer of the protocol. "Not offered" is one; a failure is not. */
function faultsOf({ status, headers, body: answer }: ScimAnswered): readonly string[] {
  if (status >= 500 && status !== 501) return [`status ${status}`];
  if (status === 204 || status === 304) return answer === undefined ? [] : ["a body"];
  const type = headers.get("content-type");
  const isTyped = type === "application/scim+json";
  return isTyped && isWhole(status, answer) ? [] : [`${status} ${type ?? ""}`, "is not whole"];
}

function isWhole(status: number, answer: ScimAnswered["body"]): boolean {
  if (status < 400) return ResourceBody.safeParse(answer).success;
  return ErrorBody.safeParse(answer).success && answer?.["status"] === String(status);
}

test(`${runs} requests of garbage all get an answer of the protocol, and nothing is lost`, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async (sent) => {
      const answer = await send(sent);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expect(faultsOf(answer)).toEqual([]);
    }),
    { numRuns: runs, endOnFailure: false },
  );
  expect((await rig.send("GET", `/Users/${user}`)).status).toBe(200);
  expect((await rig.send("GET", `/Groups/${group}`)).status).toBe(200);
  expect(({} as Record<string, unknown>)["value"]).toBeUndefined();
  expect(rig.logs.filter(({ level }) => level === "error")).toEqual([]);
  // Not all of it was garbage, or the test would look at one refusal only.
  expect([...statuses.keys()].filter((status) => status < 300).length).toBeGreaterThan(1);
  expect(statuses.size).toBeGreaterThan(4);
}, 600_000);
