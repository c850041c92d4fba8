import type { ScimAnswer } from "./answer.ts";
import type { Authenticator } from "./authenticate.ts";
import { openDirectory } from "./directory.ts";
import type { Directory, ScimDeps } from "./directory.ts";
import { resourceTypesAnswer, schemasAnswer, serviceProviderConfig } from "./discovery.ts";
import type { ScimRequest } from "./request.ts";
import { ScimError, notFound } from "./scim-error.ts";
import { searchAll, serveGroups, serveUsers } from "./serve-resources.ts";

/** Answers one request. Throws a `ScimError` for what is refused, `HubError` where the hub itself fails. */
export async function serve(
  deps: ScimDeps,
  authenticator: Authenticator,
  request: ScimRequest,
): Promise<ScimAnswer> {
  const connection = await authenticator.connectionOf(request.headers["authorization"]);
  if (!connection) throw new ScimError(401, "Send a token of this connection as a bearer");
  return route(openDirectory(deps, connection), request);
}

async function route(directory: Directory, request: ScimRequest): Promise<ScimAnswer> {
  const [first = "", id, ...more] = request.segments;
  if (more.length > 0) throw notFound();
  switch (first.toLowerCase()) {
    case "users":
      return serveUsers(directory, request, id);
    case "groups":
      return serveGroups(directory, request, id);
    case ".search":
      return searchAll(directory, request);
    case "me":
    case "bulk":
      throw new ScimError(501, "This is not offered: see /ServiceProviderConfig");
    default:
      return discovered(request, documentAt(directory.deps.publicUrl, first.toLowerCase(), id));
  }
}

/** What the server says of itself. Throws 404 for any other address. */
function documentAt(publicUrl: string, first: string, id: string | undefined) {
  if (first === "resourcetypes") return resourceTypesAnswer(publicUrl, id);
  if (first === "schemas") return schemasAnswer(publicUrl, id);
  if (first === "serviceproviderconfig" && id === undefined)
    return serviceProviderConfig(publicUrl);
  throw notFound();
}

/** Read only, and not to be filtered (RFC 7644, section 4). */
function discovered(
  { method, query }: ScimRequest,
  body: NonNullable<ScimAnswer["body"]>,
): ScimAnswer {
  if (method !== "GET") throw new ScimError(405, "This can only be read");
  if (query.has("filter")) throw new ScimError(403, "This cannot be filtered");
  return { status: 200, body };
}
