/** An attribute as RFC 7643, section 7 describes it: what `/Schemas` gives, and what every value is read by. */
export interface Attribute {
  readonly name: string;
  readonly type: "string" | "boolean" | "complex" | "reference";
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readOnly" | "readWrite" | "immutable";
  readonly returned: "always" | "default";
  readonly uniqueness: "none" | "server";
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

/** A schema of attributes, by its URN. */
export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A kind of resource: where it is, and which attributes it has. */
export interface ResourceType {
  readonly name: "User" | "Group";
  readonly endpoint: "/Users" | "/Groups";
  readonly description: string;
  readonly core: Schema;
  readonly extensions: readonly Schema[];
}

type Given = Pick<Attribute, "name" | "description"> & Partial<Attribute>;

/** With the defaults of RFC 7643, section 2.2. */
export function attribute(given: Given): Attribute {
  return {
    type: "string",
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    ...given,
  };
}

/** Attributes that every resource has and no schema lists (RFC 7643, section 3.1). */
export const commonAttributes: readonly Attribute[] = [
  attribute({
    name: "id",
    description: "The hub's own id of the resource.",
    caseExact: true,
    mutability: "readOnly",
    returned: "always",
    uniqueness: "server",
  }),
  attribute({
    name: "externalId",
    description: "The identity provider's id of the resource.",
    caseExact: true,
  }),
  attribute({
    name: "meta",
    description: "What the hub knows about the resource.",
    type: "complex",
    mutability: "readOnly",
    subAttributes: ["resourceType", "created", "lastModified", "location", "version"].map((name) =>
      attribute({ name, description: name, caseExact: true, mutability: "readOnly" }),
    ),
  }),
];

/** The attribute of this name, in whatever case it is written; RFC 7643, section 2.1. */
export function attributeNamed(
  attributes: readonly Attribute[],
  name: string,
): Attribute | undefined {
  const wanted = name.toLowerCase();
  return attributes.find((one) => one.name.toLowerCase() === wanted);
}
