import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { specsPath } from "#shared/testing/specs.ts";

import { DirectoryHub } from "./support/directory-hub.ts";
import type { DirectoryClient, ScimAnswer } from "./support/directory-hub.ts";

/*
 * Requests as Microsoft Entra documents them, with and without its flag `aadOptscim062020`, sent to the
 * whole local hub over HTTP. The material lies beside the checkout; here is what must come of each.
 */

const Requests = z.looseObject({
  requests: z.array(
    z.looseObject({
      id: z.string(),
      method: z.string(),
      path: z.string(),
      body: z.unknown().optional(),
      expect: z.looseObject({
        status: z.union([z.int(), z.array(z.int())]),
        totalResults: z.int().optional(),
        bodySchemas: z.array(z.string()).optional(),
        listResponse: z.boolean().optional(),
        absent: z.array(z.string()).optional(),
      }),
    }),
  ),
});
type DocumentedRequest = z.infer<typeof Requests>["requests"][number];

const file = specsPath("scim", "entra-doc-requests.json");
const requests =
  file === undefined ? [] : Requests.parse(JSON.parse(readFileSync(file, "utf8"))).requests;
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const listUrn = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

interface State {
  readonly userId: string;
  readonly otherId: string;
  readonly groupId: string;
}

/** What the resource must be afterwards, by the request's name. */
const afterwards: Readonly<Record<string, (state: State) => Record<string, unknown>>> = {
  "patch-user-multivalued": () => ({
    name: { familyName: "updatedFamilyName", givenName: "Given" },
    emails: [{ type: "work", primary: true, value: "updatedEmail@microsoft.com" }],
  }),
  "patch-user-userName": () => ({
    userName: "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com",
  }),
  "disable-user-boolean": () => ({ active: false }),
  "disable-user-string-False": () => ({ active: false }),
  "disable-user-flag": () => ({ active: false }),
  "replace-many": () => ({
    displayName: "Pvlo",
    externalId: "Eqpj",
    name: { givenName: "Gtfd", familyName: "Pkqf" },
    emails: [{ type: "work", primary: true, value: "TestBcwqnm@test.microsoft.com" }],
    [enterprise]: { employeeNumber: "Eqpj" },
    schemas: expect.arrayContaining([enterprise]) as unknown,
  }),
  "replace-many-flag-pathless-dotted-keys": () => ({
    displayName: "Bjfe",
    name: { givenName: "Kkom", familyName: "Unua" },
    emails: [{ type: "work", primary: true, value: "TestMhvaes@test.microsoft.com" }],
    [enterprise]: { employeeNumber: "Aklq" },
  }),
  "rename-group": () => ({
    displayName: "1879db59-3bdf-4490-ad68-ab880a269474updatedDisplayName",
  }),
  "add-member-null-ref": ({ userId, otherId }) => membersAre(otherId, userId),
  "remove-member-value-array": ({ otherId }) => membersAre(otherId),
  "remove-member-value-array-2": ({ otherId }) => membersAre(otherId),
  "remove-member-filter": ({ otherId }) => membersAre(otherId),
};

function membersAre(...ids: readonly string[]) {
  const members: unknown = expect.toSatisfy(
    (found: readonly { readonly value: string }[]) =>
      JSON.stringify(found.map(({ value }) => value).toSorted()) === JSON.stringify(ids.toSorted()),
  );
  return { members };
}

describe.skipIf(file === undefined)("Microsoft Entra", () => {
  let hub: DirectoryHub;
  beforeAll(async () => {
    hub = await DirectoryHub.start();
  }, 60_000);
  afterAll(() => hub.end());

  test("all 25 requests are there, and what comes of each that changes something is told", () => {
    expect(requests).toHaveLength(25);
    const ids = requests.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(afterwards)));
  });

  test.each(requests)("$id", async (request) => {
    const client = await hub.connect();
    const state = await prepare(client, request);
    const path = filled(request.path, request, state);
    const body: unknown =
      request.body === undefined
        ? undefined
        : JSON.parse(filled(JSON.stringify(request.body), request, state));
    const answer = await client.send(request.method, encodeURI(path), body);
    expect(faultsOf(request, answer)).toEqual([]);
    const wanted = afterwards[request.id]?.(state) ?? {};
    const { body: stands } = await client.send("GET", encodeURI(path));
    expect(stands).toMatchObject(wanted);
  });
});

/** Two users, one of them and perhaps the other in a group, with the names that the request asks for. */
async function prepare(client: DirectoryClient, { id, path }: DocumentedRequest): Promise<State> {
  const asked = /userName eq "(?!non-existent)([^"]+)"/u.exec(path)?.[1];
  const userId = await client.user(asked ?? "somebody@directory.example", {
    name: { givenName: "Given", familyName: "Family" },
    emails: [{ type: "work", primary: true, value: "somebody@directory.example" }],
  });
  const otherId = await client.user("somebody-else@directory.example");
  const members = id.startsWith("remove-member") ? [userId, otherId] : [otherId];
  return { userId, otherId, groupId: await client.group("displayName", members) };
}

function filled(text: string, { path }: DocumentedRequest, state: State): string {
  return text
    .replaceAll("{userId}", state.userId)
    .replaceAll("{unknown}", "00000000-0000-0000-0000-000000000000")
    .replaceAll("{id}", path.startsWith("/Groups") ? state.groupId : state.userId);
}

/** In which ways the answer is not as it should be. */
function faultsOf({ expect: wanted }: DocumentedRequest, answer: ScimAnswer): readonly string[] {
  const { status, body, headers } = answer;
  const { totalResults, absent = [] } = wanted;
  const schemas = wanted.listResponse === true ? [listUrn] : wanted.bodySchemas;
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const location = headers.get("location") ?? "";
  const rules: Readonly<Record<string, boolean>> = {
    [`status ${status}`]: [wanted.status].flat().includes(status),
    totalResults: totalResults === undefined || body["totalResults"] === totalResults,
    schemas: schemas === undefined || isSame(body["schemas"], schemas),
    absent: absent.every((name) => !(name in body)),
    "a body with 204": status !== 204 || isSame(body, {}),
    "a place for what was created": status !== 201 || location.endsWith(String(body["id"])),
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}
