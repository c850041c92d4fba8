import { asNode, type OpenApiDocument } from "./openapi-document.ts";

/**
 * A schema of an OpenAPI document as self-contained JSON Schema: only what it reaches is carried along,
 * under `$defs`, so that a document of thousands of schemas costs what the one needed costs.
 */
export function selfContained(document: OpenApiDocument, schema: unknown): object {
  const names = new Map<string, string>();
  const waiting: string[] = [];
  const rename = (ref: string): string => {
    const known = names.get(ref);
    if (known !== undefined) return known;
    const name = `d${names.size}`;
    names.set(ref, name);
    waiting.push(ref);
    return name;
  };
  const converted = convert(schema, document.is31, rename);
  const definitions: Record<string, unknown> = {};
  for (let ref = waiting.shift(); ref !== undefined; ref = waiting.shift()) {
    definitions[rename(ref)] = convert(document.at(ref), document.is31, rename);
  }
  return { ...asNode(converted), $defs: definitions };
}

function convert(value: unknown, is31: boolean, rename: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => convert(each, is31, rename));
  const node = asNode(value);
  if (!node) return value;
  const result: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(node)) {
    if (key === "$ref" && typeof child === "string") result["$ref"] = `#/$defs/${rename(child)}`;
    // Not constraints; and examples may hold anything, even what looks like a reference.
    else if (key === "example" && !isSchemaLike(child)) continue;
    else if (key === "discriminator" && asNode(child)?.["propertyName"] !== undefined) continue;
    else result[key] = convert(child, is31, rename);
  }
  return is31 ? result : fromDraft30(result);
}

/** A property may be called `example`; its schema says a type, a reference or a combination. */
function isSchemaLike(value: unknown): boolean {
  const node = asNode(value);
  return (
    node !== undefined && ["type", "$ref", "allOf", "oneOf", "anyOf"].some((key) => key in node)
  );
}

/** What OpenAPI 3.0 says otherwise than JSON Schema: `nullable` and boolean exclusive limits. */
function fromDraft30(node: Record<string, unknown>): object {
  const { nullable, ...rest } = node;
  for (const [exclusive, limit] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof rest[exclusive] !== "boolean") continue;
    const isExclusive = rest[exclusive];
    delete rest[exclusive];
    if (!isExclusive) continue;
    rest[exclusive] = rest[limit];
    delete rest[limit];
  }
  // A property called `nullable` is a schema, not `true`.
  if (nullable === true) return { anyOf: [rest, { type: "null" }] };
  return nullable === undefined || nullable === false ? rest : node;
}
