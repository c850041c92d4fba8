import { attribute } from "./attribute.ts";
import type { Attribute, ResourceType, Schema } from "./attribute.ts";

/*
 * What the hub keeps of a directory: names, work e-mail, place of work, unit, manager, status, and the
 * ids that people are matched by. Whatever else an identity provider sends is neither stored nor listed
 * here. Definitions are those of RFC 7643, section 8.7.1, for the attributes that are kept.
 */

function displayOf(what: string): Attribute {
  return attribute({ name: "display", description: `A name of ${what} to show.` });
}

const primary = attribute({
  name: "primary",
  description: "Whether this is the preferred one.",
  type: "boolean",
});

/** Home addresses are none of the hub's business: only values of this type are kept. */
export const keptType = "work";

const typeAttribute = attribute({
  name: "type",
  description: "Only values for work are kept.",
  canonicalValues: [keptType],
});

const name = attribute({
  name: "name",
  description: "The components of the user's name.",
  type: "complex",
  subAttributes: [
    attribute({ name: "formatted", description: "The full name, ready to show." }),
    attribute({ name: "familyName", description: "The family name." }),
    attribute({ name: "givenName", description: "The given name." }),
  ],
});

const emails = attribute({
  name: "emails",
  description: "E-mail addresses for work.",
  type: "complex",
  multiValued: true,
  subAttributes: [
    attribute({ name: "value", description: "The address." }),
    displayOf("the address"),
    typeAttribute,
    primary,
  ],
});

const addresses = attribute({
  name: "addresses",
  description: "Where the user works: the place, not the street.",
  type: "complex",
  multiValued: true,
  subAttributes: [
    attribute({ name: "locality", description: "City." }),
    attribute({ name: "region", description: "State or region." }),
    attribute({ name: "country", description: "Country." }),
    typeAttribute,
    primary,
  ],
});

const groups = attribute({
  name: "groups",
  description: "Groups that the user is a member of. Changed through the groups.",
  type: "complex",
  multiValued: true,
  mutability: "readOnly",
  subAttributes: [
    attribute({ name: "value", description: "The group's id.", mutability: "readOnly" }),
    attribute({
      name: "$ref",
      description: "The group's address.",
      type: "reference",
      referenceTypes: ["Group"],
      mutability: "readOnly",
    }),
    attribute({ name: "display", description: "The group's name.", mutability: "readOnly" }),
    attribute({
      name: "type",
      description: "Groups do not contain groups here.",
      mutability: "readOnly",
      canonicalValues: ["direct", "indirect"],
    }),
  ],
});

const userSchema: Schema = {
  id: "urn:ietf:params:scim:schemas:core:2.0:User",
  name: "User",
  description: "User Account",
  attributes: [
    attribute({
      name: "userName",
      description: "The name by which the user signs in; unique, in any case of letters.",
      required: true,
      uniqueness: "server",
    }),
    name,
    attribute({ name: "displayName", description: "The name to show." }),
    attribute({
      name: "userType",
      description: "The kind of engagement, such as Employee or Contractor.",
    }),
    attribute({
      name: "active",
      description: "Whether the user works here; a user who left stays readable.",
      type: "boolean",
    }),
    emails,
    addresses,
    groups,
  ],
};

export const enterpriseUrn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const enterpriseSchema: Schema = {
  id: enterpriseUrn,
  name: "EnterpriseUser",
  description: "Enterprise User",
  attributes: [
    attribute({ name: "employeeNumber", description: "The number at the HR system." }),
    attribute({ name: "organization", description: "The organization." }),
    attribute({ name: "division", description: "The division." }),
    attribute({ name: "department", description: "The department." }),
    attribute({
      name: "manager",
      description: "The user's manager.",
      type: "complex",
      subAttributes: [
        attribute({
          name: "value",
          description: "The id of the manager's own user; a userName is understood too.",
          caseExact: true,
        }),
        attribute({
          name: "$ref",
          description: "The address of the manager's own user.",
          type: "reference",
          referenceTypes: ["User"],
        }),
        attribute({
          name: "displayName",
          description: "The manager's name; follows from the manager's own user.",
          mutability: "readOnly",
        }),
      ],
    }),
  ],
};

const groupSchema: Schema = {
  id: "urn:ietf:params:scim:schemas:core:2.0:Group",
  name: "Group",
  description: "Group",
  attributes: [
    attribute({ name: "displayName", description: "The group's name.", required: true }),
    attribute({
      name: "members",
      description: "The users in the group.",
      type: "complex",
      multiValued: true,
      subAttributes: [
        attribute({
          name: "value",
          description: "The id of a user.",
          mutability: "immutable",
        }),
        attribute({
          name: "$ref",
          description: "The user's address.",
          type: "reference",
          referenceTypes: ["User"],
          mutability: "immutable",
        }),
        attribute({
          name: "type",
          description: "Groups do not contain groups here.",
          mutability: "immutable",
          canonicalValues: ["User"],
        }),
      ],
    }),
  ],
};

export const userType: ResourceType = {
  name: "User",
  endpoint: "/Users",
  description: "User Account",
  core: userSchema,
  extensions: [enterpriseSchema],
};

export const groupType: ResourceType = {
  name: "Group",
  endpoint: "/Groups",
  description: "Group",
  core: groupSchema,
  extensions: [],
};

export const resourceTypes: readonly ResourceType[] = [userType, groupType];
