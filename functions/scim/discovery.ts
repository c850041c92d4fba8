import { listMax, listResponse } from "./list.ts";
import { scimPath } from "./render.ts";
import type { ResourceType, Schema } from "./schema/attribute.ts";
import { resourceTypes } from "./schema/schemas.ts";
import { notFound } from "./scim-error.ts";

type Document = Readonly<Record<string, unknown>>;

/** What the server can; RFC 7643, section 5. What it cannot is said, not left open. */
export function serviceProviderConfig(publicUrl: string): Document {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: listMax },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A token made on the connection's page of this hub",
        specUri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
      },
    ],
    meta: {
      resourceType: "ServiceProviderConfig",
      location: `${publicUrl}${scimPath}/ServiceProviderConfig`,
    },
  };
}

export function resourceTypesAnswer(publicUrl: string, id: string | undefined): Document {
  return oneOrAll(
    resourceTypes.map((type) => resourceTypeDocument(publicUrl, type)),
    id,
  );
}

export function schemasAnswer(publicUrl: string, id: string | undefined): Document {
  const schemas = resourceTypes.flatMap(({ core, extensions }) => [core, ...extensions]);
  return oneOrAll(
    schemas.map((schema) => schemaDocument(publicUrl, schema)),
    id,
  );
}

function oneOrAll(
  documents: readonly (Document & { readonly id: string })[],
  id: string | undefined,
): Document {
  if (id === undefined) {
    return listResponse(documents, { totalResults: documents.length, startIndex: 1 });
  }
  const found = documents.find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}

function resourceTypeDocument(publicUrl: string, type: ResourceType) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.core.id,
    schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: {
      resourceType: "ResourceType",
      location: `${publicUrl}${scimPath}/ResourceTypes/${type.name}`,
    },
  };
}

function schemaDocument(publicUrl: string, { id, name, description, attributes }: Schema) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    id,
    name,
    description,
    attributes,
    meta: { resourceType: "Schema", location: `${publicUrl}${scimPath}/Schemas/${id}` },
  };
}
