import { attributeNamed, commonAttributes } from "./schema/attribute.ts";
import type { Attribute, ResourceType, Schema } from "./schema/attribute.ts";
import { ScimError } from "./scim-error.ts";

/** Where in a resource something is: an attribute, perhaps of an extension, and perhaps a part of it. */
export interface AttributePlace {
  /** The URN of the extension; undefined for the core schema and the common attributes. */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}

/** A path as RFC 7644, section 3.5.2 writes it, taken apart: `emails[type eq "work"].value`. */
export interface ParsedPath {
  /** Undefined where the schemas do not know it: what it names is not kept. */
  readonly place: AttributePlace | undefined;
  /** The text between the brackets. */
  readonly filter: string | undefined;
}

/** Longer paths and filters are no work of an identity provider. */
export const pathLengthMax = 2000;
const shape =
  /^(?:(?<urn>urn:[\w.:-]+):)?(?<name>[a-z$][\w$-]*)(?:\[(?<filter>.+)\])?(?:\.(?<sub>[a-z$][\w$-]*))?$/iu;

/** Throws `invalidPath` for what is no path at all. */
export function parsePath(type: ResourceType, path: string): ParsedPath {
  const whole = wholeExtension(type, path);
  if (whole) return { place: whole, filter: undefined };
  const found = path.length > pathLengthMax ? undefined : shape.exec(path.trim())?.groups;
  if (found?.["name"] === undefined) throw new ScimError(400, "A path is malformed", "invalidPath");
  const { urn, name, filter, sub } = found;
  return { place: placeOf(type, { urn, name, sub }), filter };
}

/** The path is the URN of an extension and nothing else. */
function wholeExtension({ extensions }: ResourceType, path: string): AttributePlace | undefined {
  const schema = extensions.find(({ id }) => id.toLowerCase() === path.toLowerCase());
  if (!schema) return undefined;
  return { extension: undefined, sub: undefined, attribute: asAttribute(schema) };
}

/** An extension as the complex attribute that it is in the JSON of a resource. */
function asAttribute({
  id,
  description,
  attributes,
}: ResourceType["extensions"][number]): Attribute {
  return {
    name: id,
    description,
    type: "complex",
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    subAttributes: attributes,
  };
}

interface Names {
  readonly urn?: string | undefined;
  readonly name: string;
  readonly sub?: string | undefined;
}

/** What the names stand for; undefined where the schemas know no such attribute. */
function placeOf(type: ResourceType, { urn, name, sub }: Names): AttributePlace | undefined {
  const schema = urn === undefined ? type.core : schemaOf(type, urn);
  if (!schema) return undefined;
  const isCore = schema === type.core;
  const known = isCore ? [...commonAttributes, ...schema.attributes] : schema.attributes;
  const attribute = attributeNamed(known, name);
  if (!attribute) return undefined;
  const extension = isCore ? undefined : schema.id;
  if (sub === undefined) return { extension, attribute, sub: undefined };
  const part = attributeNamed(attribute.subAttributes ?? [], sub);
  return part && { extension, attribute, sub: part };
}

function schemaOf({ core, extensions }: ResourceType, urn: string): Schema | undefined {
  return [core, ...extensions].find(({ id }) => id.toLowerCase() === urn.toLowerCase());
}

/** The place that a name in a filter or in `attributes` means: `userName`, `name.familyName`, `urn:…:manager`. */
export function placeNamed(type: ResourceType, text: string): AttributePlace | undefined {
  const whole = wholeExtension(type, text);
  if (whole) return whole;
  const found = text.length > pathLengthMax ? undefined : shape.exec(text)?.groups;
  if (found?.["name"] === undefined || found["filter"] !== undefined) return undefined;
  return placeOf(type, { urn: found["urn"], name: found["name"], sub: found["sub"] });
}

/** The path in the schemas' own spelling, which libraries compare exactly. */
export function pathText({ extension, attribute, sub }: AttributePlace, filter?: string): string {
  const urn = extension === undefined ? "" : `${extension}:`;
  const values = filter === undefined ? "" : `[${filter}]`;
  return `${urn}${attribute.name}${values}${sub ? `.${sub.name}` : ""}`;
}
