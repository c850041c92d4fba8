import * as z from "zod";

import type { ErrorCode } from "#shared/errors.ts";
import { HubError, errorCodes } from "#shared/errors.ts";

import { ErrorAnswer } from "./error-envelope.ts";
import type { Route } from "./route.ts";

type JsonObject = Record<string, unknown>;

/** Every operation may refuse so. */
const always: readonly ErrorCode[] = ["access.denied", "access.unconfigured", "invariant.broken"];
const withInput: readonly ErrorCode[] = ["input.invalid"];
const withBody: readonly ErrorCode[] = ["input.malformed", "input.too-large"];
const whenMutating: readonly ErrorCode[] = ["access.cross-site"];

/** The OpenAPI 3.1 document of the routes, made from the schemas that check them. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): JsonObject {
  const schemas = new Components();
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Throughline",
      version: "1.0.0",
      description:
        "Strategy and daily work in one graph. Errors share one envelope; lists are paged by `after`.",
    },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }, {}],
    tags: [...new Set(routes.map((route) => route.topic))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.all(),
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function operation(route: Route, schemas: Components): JsonObject {
  return {
    operationId: operationId(route),
    tags: [route.topic],
    summary: route.summary,
    parameters: [
      ...parameters(route.params, "path", schemas),
      ...parameters(route.query, "query", schemas),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { "application/json": { schema: schemas.use(route.body, "input") } },
      },
    }),
    responses: {
      [route.status]: {
        description: "Done",
        content: { "application/json": { schema: schemas.use(route.answer, "output") } },
      },
      ...refusals(route, schemas),
    },
  };
}

function operationId({ method, path }: Route): string {
  const words = path
    .replace("/api/", "")
    .split("/")
    .map((part) => part.replaceAll(/[{}]/gu, ""))
    .flatMap((part) => part.split(/[-.]/u));
  return [method, ...words]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

function parameters(schema: z.ZodObject, place: "path" | "query", schemas: Components) {
  return Object.entries(schema.shape).map(([name, field]) => {
    const fieldSchema = field as z.ZodType;
    const { description } = fieldSchema.meta() ?? {};
    return {
      name,
      in: place,
      required: place === "path" || !fieldSchema.safeParse(undefined).success,
      ...(description !== undefined && { description }),
      // Texts are coerced on the way in; what they are coerced to is what a caller must know.
      schema: schemas.use(fieldSchema, "output"),
    };
  });
}

function refusals(route: Route, schemas: Components): JsonObject {
  const hasInput = [route.params, route.query].some(
    (schema) => Object.keys(schema.shape).length > 0,
  );
  const codes: readonly ErrorCode[] = [
    ...always,
    ...(hasInput || route.body ? withInput : []),
    ...(route.body ? withBody : []),
    ...(route.method === "get" ? [] : whenMutating),
    ...route.refusals,
  ];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = errorCodes[code].httpStatus;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.map((name) => `\`${name}\``).join(", "),
        content: { "application/json": { schema: schemas.use(ErrorAnswer, "output") } },
      },
    ]),
  );
}

/** Gathers named schemas, so that each is written once. */
class Components {
  readonly #schemas = new Map<string, unknown>();

  use(schema: z.ZodType, io: "input" | "output"): unknown {
    const { $schema: _dialect, $defs, ...own } = z.toJSONSchema(schema, { io }) as JsonObject;
    const defs = Object.entries(($defs as JsonObject | undefined) ?? {});
    for (const [name, definition] of defs) this.#add(name, relocated(definition));
    const { id } = own;
    if (typeof id !== "string") return relocated(own);
    const { id: _id, ...named } = own;
    this.#add(id, relocated(named));
    return { $ref: `#/components/schemas/${id}` };
  }

  #add(name: string, definition: unknown): void {
    const known = this.#schemas.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new HubError("invariant.broken", `Two schemas are called ${name}`);
    }
    this.#schemas.set(name, definition);
  }

  all(): JsonObject {
    return Object.fromEntries([...this.#schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Definitions move from each schema's own `$defs` to the document's components. */
function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      if (name === "id" && typeof field === "string") return [];
      if (name === "$ref" && typeof field === "string") {
        return [[name, field.replace("#/$defs/", "#/components/schemas/")]];
      }
      return [[name, relocated(field)]];
    }),
  );
}
