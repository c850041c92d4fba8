import { scimPatch } from "scim-patch";

import type { Json } from "#shared/ports/table.ts";

import { parsePath, pathText } from "./path.ts";
import type { AttributePlace, ParsedPath } from "./path.ts";
import { attributeNamed } from "./schema/attribute.ts";
import type { Attribute, ResourceType } from "./schema/attribute.ts";
import { ScimError, invalidSyntax, invalidValue } from "./scim-error.ts";
import { changeSelected, removeValues } from "./selected-values.ts";
import { isRecord, shapeResource, shapeValue } from "./shape.ts";
import type { Shaped } from "./shape.ts";

const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const operationsMax = 1000;

/** One operation whose path is known to the schemas, in their spelling, with a value of their types. */
export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly place: AttributePlace;
  readonly filter: string | undefined;
  /** As sent, of nobody's type yet. */
  readonly value: unknown;
}

/**
 * Reads a PATCH as identity providers send it: operations in any case; without a path, the keys of the
 * value being paths themselves, dotted or with a URN; what the schemas do not know left out. Throws a
 * `ScimError` for what RFC 7644, section 3.5.2 forbids.
 */
export function readOperations(
  type: ResourceType,
  body: Readonly<Record<string, unknown>>,
): readonly Operation[] {
  const { schemas, Operations: operations } = withOperations(body);
  if (!Array.isArray(schemas) || !schemas.includes(patchUrn)) {
    throw invalidSyntax(`schemas must name ${patchUrn}`);
  }
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax("Operations must be a list of at least one");
  }
  if (operations.length > operationsMax) {
    throw new ScimError(413, `A request may have at most ${operationsMax} operations`);
  }
  return operations.flatMap((sent: unknown) => readOperation(type, sent));
}

/** Some clients write `operations`. */
function withOperations(
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return "Operations" in body ? body : { ...body, Operations: body["operations"] };
}

function readOperation(type: ResourceType, sent: unknown): readonly Operation[] {
  if (!isRecord(sent)) throw invalidSyntax("An operation must be an object");
  const { path, value } = sent as Readonly<Record<string, unknown>>;
  const op = verbOf(sent["op"]);
  if (path === undefined || path === null || path === "") {
    if (op === "remove") throw new ScimError(400, "A remove needs a path", "noTarget");
    return readPathless(type, op, value);
  }
  if (typeof path !== "string") throw new ScimError(400, "A path must be a text", "invalidPath");
  if (op === "add" && value === undefined) throw invalidValue("An add needs a value");
  const parsed = parsePath(type, path);
  if (parsed.place && isReadOnly(parsed.place)) {
    throw new ScimError(400, "The attribute is read-only", "mutability");
  }
  return operationOf(op, parsed, value);
}

/** Entra begins them with a capital. */
function verbOf(word: unknown): Operation["op"] {
  const op = typeof word === "string" ? word.toLowerCase() : undefined;
  if (op === "add" || op === "replace" || op === "remove") return op;
  throw invalidSyntax("op must be add, replace or remove");
}

function readPathless(
  type: ResourceType,
  op: "add" | "replace",
  value: unknown,
): readonly Operation[] {
  if (!isRecord(value)) throw invalidValue("Without a path the value must be an object");
  return Object.entries(value).flatMap(([key, part]) => {
    const parsed = tryPath(type, key);
    // Okta repeats the id, others `schemas` and `meta`: what is read-only is not meant to change.
    if (!parsed?.place || isReadOnly(parsed.place)) return [];
    return operationOf(op, parsed, part);
  });
}

function tryPath(type: ResourceType, key: string): ParsedPath | undefined {
  try {
    return parsePath(type, key);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

function isReadOnly({ attribute, sub }: AttributePlace): boolean {
  return attribute.mutability === "readOnly" || sub?.mutability === "readOnly";
}

function operationOf(
  op: Operation["op"],
  { place, filter }: ParsedPath,
  value: unknown,
): readonly Operation[] {
  if (!place) return [];
  // Nothing takes the place: that is what a remove does.
  if (op !== "remove" && isNothing(value)) {
    return op === "add" ? [] : [{ op: "remove", place, filter, value: undefined }];
  }
  const emptied = op === "replace" && filter === undefined ? emptiedWithin(place, value) : [];
  const given = op === "remove" && isEmptyList(value) ? undefined : value;
  return [...emptied, { op, place, filter, value: given }];
}

/** Parts of something complex that are to have no value: null is one way to say so (RFC 7643, section 2.5). */
function emptiedWithin(place: AttributePlace, value: unknown): readonly Operation[] {
  const { attribute, sub } = place;
  if (sub || attribute.multiValued || !isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, part]): readonly Operation[] => {
    const inner = attributeNamed(attribute.subAttributes ?? [], name);
    if (!inner || inner.mutability === "readOnly") return [];
    const within = isExtension(attribute)
      ? { extension: attribute.name, attribute: inner, sub: undefined }
      : { ...place, sub: inner };
    if (!isNothing(part)) return within.sub ? [] : emptiedWithin(within, part);
    // A manager without a value is none, whatever address it had.
    const gone = within.sub?.name === "value" ? place : within;
    return [{ op: "remove", place: gone, filter: undefined, value: undefined }];
  });
}

function isNothing(value: unknown): boolean {
  return value === null || value === "" || isEmptyList(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** The resource after the operations; the given one stays as it is. Throws a `ScimError`. */
export function applyOperations(
  type: ResourceType,
  resource: Shaped,
  operations: readonly Operation[],
): Shaped {
  let patched: Record<string, unknown> = structuredClone(resource);
  for (const operation of operations) patched = applyOne(patched, operation);
  // What only now can be judged whole: one preferred value, values for work only.
  return shapeResource(type, patched);
}

function applyOne(
  resource: Record<string, unknown>,
  { op, place, filter, value }: Operation,
): Record<string, unknown> {
  const { attribute, sub } = place;
  const path = pathText(place);
  if (isExtension(attribute)) return changeExtension(resource, { op, attribute, value });
  if (filter !== undefined) return changeSelected(resource, { op, place, filter, value });
  if (op === "remove") {
    const isOfValues = value !== undefined && attribute.multiValued && !sub;
    return isOfValues
      ? removeValues(resource, attribute, value)
      : applyStep(resource, { op, path });
  }
  const shaped = shapeValue(sub ?? attribute, value, path);
  return shaped === undefined ? resource : applyStep(resource, { op, path, value: shaped });
}

function isExtension({ name }: Attribute): boolean {
  return name.startsWith("urn:");
}

/** A path that is nothing but the URN of an extension, whose colons the library takes for a way into it. */
function changeExtension(
  resource: Record<string, unknown>,
  { op, attribute, value }: Pick<Operation, "op" | "value"> & { readonly attribute: Attribute },
): Record<string, unknown> {
  const { [attribute.name]: before, ...rest } = resource;
  if (op === "remove") return rest;
  const shaped = shapeValue(attribute, value, attribute.name);
  if (shaped === undefined) return resource;
  // Of something complex, parts that are not named stay as they are (RFC 7644, section 3.5.2.3).
  const parts = isRecord(before) ? Object.assign({}, before, shaped) : shaped;
  return { ...rest, [attribute.name]: parts };
}

/** An operation of the library. */
interface Step {
  readonly op: Operation["op"];
  readonly path: string;
  readonly value?: Json;
}

/** Values that a filter selects are changed by our own code: the library is bound to case and to colons. */
function applyStep(resource: Record<string, unknown>, step: Step): Record<string, unknown> {
  try {
    // The library asks for `schemas` and `meta`, which it never looks at, and gives back what it got.
    return scimPatch<never>(resource as never, [step]);
  } catch {
    throw invalidValue("An operation cannot be applied");
  }
}
