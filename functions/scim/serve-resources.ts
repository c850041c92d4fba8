import type { ScimAnswer } from "./answer.ts";
import type { GroupBody, Kept, UserBody } from "./bodies.ts";
import { namesVersion, versionOf } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { createGroup, deleteGroup, getGroup, patchGroup, replaceGroup } from "./groups.ts";
import { list, listAll } from "./list.ts";
import type { ListQuery } from "./list.ts";
import { locationOf, renderGroups, renderUsers } from "./render.ts";
import type { Rendered } from "./render.ts";
import { bodyOf } from "./request.ts";
import type { ScimRequest } from "./request.ts";
import type { ResourceType } from "./schema/attribute.ts";
import { groupType, userType } from "./schema/schemas.ts";
import { ScimError, invalidSyntax, invalidValue } from "./scim-error.ts";
import { isSelected, readSelection, select } from "./select.ts";
import type { Selection } from "./select.ts";
import { fieldOf } from "./shape.ts";
import { createUser, deleteUser, getUser, patchUser, replaceUser } from "./users.ts";

type Sent = Readonly<Record<string, unknown>>;
type Change = { readonly sent: Sent; readonly ifMatch: string | undefined };

/** How the resources of one type are read and written. */
interface Verbs<Body> {
  readonly type: ResourceType;
  readonly get: (directory: Directory, id: string) => Promise<Kept<Body>>;
  readonly create: (directory: Directory, sent: Sent) => Promise<Kept<Body>>;
  readonly replace: (directory: Directory, id: string, change: Change) => Promise<Kept<Body>>;
  readonly patch: (directory: Directory, id: string, change: Change) => Promise<Kept<Body>>;
  readonly remove: (directory: Directory, id: string, ifMatch: string | undefined) => Promise<void>;
  readonly render: (
    directory: Directory,
    kept: Kept<Body>,
    selection: Selection,
  ) => Promise<readonly Rendered[]>;
  /** Whether a PATCH is answered without a body, unless attributes are asked for. */
  readonly isPatchSilent: boolean;
}

const userVerbs: Verbs<UserBody> = {
  type: userType,
  get: getUser,
  create: createUser,
  replace: replaceUser,
  patch: patchUser,
  remove: deleteUser,
  render: (directory, kept) => renderUsers(directory, [kept]),
  isPatchSilent: false,
};

const groupVerbs: Verbs<GroupBody> = {
  type: groupType,
  get: getGroup,
  create: createGroup,
  replace: replaceGroup,
  patch: patchGroup,
  remove: deleteGroup,
  render: (directory, kept, selection) =>
    renderGroups(directory, [kept], isSelected(selection, "members")),
  // Entra wants no body, and a group's would grow with its members.
  isPatchSilent: true,
};

export function serveUsers(
  directory: Directory,
  request: ScimRequest,
  id: string | undefined,
): Promise<ScimAnswer> {
  return serveType(userVerbs, directory, request, id);
}

export function serveGroups(
  directory: Directory,
  request: ScimRequest,
  id: string | undefined,
): Promise<ScimAnswer> {
  return serveType(groupVerbs, directory, request, id);
}

async function serveType<Body>(
  verbs: Verbs<Body>,
  directory: Directory,
  request: ScimRequest,
  id: string | undefined,
): Promise<ScimAnswer> {
  if (id === undefined) return serveCollection(verbs, directory, request);
  if (id.toLowerCase() === ".search") {
    return search(request, (query) => list(directory, verbs.type, query));
  }
  return serveOne(verbs, directory, request, id);
}

async function serveCollection<Body>(
  verbs: Verbs<Body>,
  directory: Directory,
  request: ScimRequest,
): Promise<ScimAnswer> {
  const { method, query } = request;
  if (method === "GET") {
    const given = Object.fromEntries(query) as ListQuery;
    return { status: 200, body: await list(directory, verbs.type, given) };
  }
  if (method !== "POST") throw notAllowed();
  const created = await verbs.create(directory, resourceIn(verbs.type, request));
  const answer = await answerOf(verbs, directory, request, created);
  const location = locationOf(directory, verbs.type, created.record.id);
  return { ...answer, status: 201, headers: { ...answer.headers, location } };
}

async function serveOne<Body>(
  verbs: Verbs<Body>,
  directory: Directory,
  request: ScimRequest,
  id: string,
): Promise<ScimAnswer> {
  const { method, headers, query } = request;
  const ifMatch = headers["if-match"];
  switch (method) {
    case "GET": {
      const kept = await verbs.get(directory, id);
      const known = headers["if-none-match"];
      if (known !== undefined && namesVersion(known, kept.record)) {
        return { status: 304, headers: { etag: versionOf(kept.record) } };
      }
      return answerOf(verbs, directory, request, kept);
    }
    case "PUT": {
      const sent = resourceIn(verbs.type, request);
      return answerOf(
        verbs,
        directory,
        request,
        await verbs.replace(directory, id, { sent, ifMatch }),
      );
    }
    case "PATCH": {
      const kept = await verbs.patch(directory, id, { sent: bodyOf(request), ifMatch });
      if (verbs.isPatchSilent && !query.has("attributes")) {
        return { status: 204, headers: { etag: versionOf(kept.record) } };
      }
      return answerOf(verbs, directory, request, kept);
    }
    case "DELETE":
      await verbs.remove(directory, id, ifMatch);
      return { status: 204 };
    default:
      throw notAllowed();
  }
}

/** A query that does not fit into an address, or shall not stand in logs (RFC 7644, section 3.4.3). */
async function search(
  request: ScimRequest,
  answer: (query: ListQuery) => Promise<ScimAnswer["body"]>,
): Promise<ScimAnswer> {
  if (request.method !== "POST") throw notAllowed();
  const sent = bodyOf(request);
  assertSchema(sent, "urn:ietf:params:scim:api:messages:2.0:SearchRequest");
  const text = (name: string) => {
    const value = fieldOf(sent, name);
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value)) return value.map(String).join(",");
    if (typeof value === "string" || typeof value === "number") return String(value);
    throw invalidValue(`${name} must be a text or a number`);
  };
  const body = await answer({
    filter: text("filter"),
    startIndex: text("startIndex"),
    count: text("count"),
    attributes: text("attributes"),
    excludedAttributes: text("excludedAttributes"),
  });
  return { status: 200, ...(body && { body }) };
}

/** Users and groups in one search. */
export function searchAll(directory: Directory, request: ScimRequest): Promise<ScimAnswer> {
  return search(request, (query) => listAll(directory, query));
}

async function answerOf<Body>(
  { type, render }: Verbs<Body>,
  directory: Directory,
  { query }: ScimRequest,
  kept: Kept<Body>,
): Promise<ScimAnswer> {
  const selection = readSelection(type, {
    attributes: query.get("attributes") ?? undefined,
    excludedAttributes: query.get("excludedAttributes") ?? undefined,
  });
  const [resource = {}] = await render(directory, kept, selection);
  return {
    status: 200,
    body: select(selection, resource),
    headers: { etag: versionOf(kept.record) },
  };
}

/** Entra adds schemas of its own, which nobody has to know. */
function resourceIn({ core }: ResourceType, request: ScimRequest): Sent {
  const sent = bodyOf(request);
  assertSchema(sent, core.id);
  return sent;
}

function assertSchema(sent: Sent, urn: string): void {
  const schemas = fieldOf(sent, "schemas");
  const named: readonly unknown[] = Array.isArray(schemas) ? schemas : [];
  const isNamed = named.some(
    (one) => typeof one === "string" && one.toLowerCase() === urn.toLowerCase(),
  );
  if (!isNamed) throw invalidSyntax(`schemas must name ${urn}`);
}

function notAllowed(): ScimError {
  return new ScimError(405, "This cannot be done here");
}
