import { describe, expect, test } from "vitest";

import { applyOperations, readOperations } from "./patch.ts";
import { enterpriseUrn, userType } from "./schema/schemas.ts";
import { ScimError } from "./scim-error.ts";
import type { Shaped } from "./shape.ts";

const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ada: Shaped = {
  userName: "ada",
  active: true,
  name: { givenName: "Ada", familyName: "Lovelace" },
  emails: [
    { value: "Ada@work.example", type: "work", primary: true },
    { value: "ada@other.example" },
  ],
  [enterpriseUrn]: { department: "Engines", manager: { value: "mary" } },
};

function patched(...operations: readonly unknown[]): Shaped {
  const body = { schemas: [patchUrn], Operations: operations };
  return applyOperations(userType, ada, readOperations(userType, body));
}

function refusal(...operations: readonly unknown[]): string | undefined {
  try {
    patched(...operations);
    return undefined;
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType ?? ""}`;
    throw error;
  }
}

describe("a PATCH of a user", () => {
  test.each([
    ["the extension by its path", { path: enterpriseUrn, value: { manager: null } }],
    ["the extension in a value", { value: { [enterpriseUrn]: { manager: { value: "" } } } }],
    ["the attribute", { path: `${enterpriseUrn}:manager`, value: { value: null } }],
  ])("empties a part that is null within %s, and leaves the others", (_where, given) => {
    expect(patched({ op: "replace", ...given })[enterpriseUrn]).toEqual({ department: "Engines" });
  });

  test("empties a part of a complex attribute that is null, and sets the others", () => {
    const value = { familyName: null, givenName: "A." };
    expect(patched({ op: "replace", path: "name", value })["name"]).toEqual({ givenName: "A." });
    expect(patched({ op: "replace", value: { name: value } })["name"]).toEqual({ givenName: "A." });
  });

  test.each([
    [
      "a name in other letters",
      { op: "REPLACE", path: "USERNAME", value: "eve" },
      { userName: "eve" },
    ],
    [
      "a part",
      { op: "replace", path: "name.familyName", value: "King" },
      { name: { givenName: "Ada", familyName: "King" } },
    ],
    [
      "some parts",
      { op: "replace", path: "name", value: { familyName: "King" } },
      { name: { givenName: "Ada", familyName: "King" } },
    ],
    [
      "the URN of the core",
      { op: "replace", path: "urn:ietf:params:scim:schemas:core:2.0:User:displayName", value: "A" },
      { displayName: "A" },
    ],
    [
      "an attribute of the extension",
      { op: "add", path: `${enterpriseUrn}:division`, value: "Looms" },
      { [enterpriseUrn]: { department: "Engines", division: "Looms", manager: { value: "mary" } } },
    ],
    [
      "a part of one",
      { op: "replace", path: `${enterpriseUrn}:manager.value`, value: "eve" },
      { [enterpriseUrn]: { department: "Engines", manager: { value: "eve" } } },
    ],
    [
      "a manager as bare text",
      { op: "Add", path: `${enterpriseUrn}:manager`, value: "eve" },
      { [enterpriseUrn]: { department: "Engines", manager: { value: "eve" } } },
    ],
    [
      "the whole extension",
      { op: "replace", path: enterpriseUrn, value: { department: "Looms" } },
      { [enterpriseUrn]: { department: "Looms", manager: { value: "mary" } } },
    ],
    [
      "the extension among the keys",
      { op: "add", value: { [enterpriseUrn]: { employeeNumber: "7" } } },
      {
        [enterpriseUrn]: { department: "Engines", employeeNumber: "7", manager: { value: "mary" } },
      },
    ],
    [
      "a value of several, in other letters",
      { op: "replace", path: 'emails[TYPE eq "WORK"].value', value: "a@b.example" },
      {
        emails: [
          { value: "a@b.example", type: "work", primary: true },
          { value: "ada@other.example" },
        ],
      },
    ],
    [
      "a value by its colon",
      { op: "replace", path: 'emails[value eq "ada@other.example"].display', value: "a:b" },
      {
        emails: [
          { value: "Ada@work.example", type: "work", primary: true },
          { value: "ada@other.example", display: "a:b" },
        ],
      },
    ],
    ["a number for a text", { op: "replace", path: "displayName", value: 7 }, { displayName: "7" }],
  ])("finds %s", (_what, operation, expected) => {
    expect(patched(operation)).toMatchObject(expected);
  });

  test("sets an address that is not there yet by what selects it", () => {
    const bare = applyOperations(
      userType,
      { userName: "eve" },
      readOperations(userType, {
        schemas: [patchUrn],
        Operations: [{ op: "Replace", path: 'emails[type eq "work"].value', value: "e@x.example" }],
      }),
    );
    expect(bare).toEqual({ userName: "eve", emails: [{ type: "work", value: "e@x.example" }] });
  });

  test("takes away a value, a part, an attribute, all values, the extension", () => {
    expect(patched({ op: "remove", path: 'emails[type eq "work"]' })).toMatchObject({
      emails: [{ value: "ada@other.example" }],
    });
    expect(
      patched({ op: "remove", path: "emails", value: [{ value: "ADA@WORK.example" }] }),
    ).toMatchObject({
      emails: [{ value: "ada@other.example" }],
    });
    expect(patched({ op: "remove", path: "name.givenName" })["name"]).toEqual({
      familyName: "Lovelace",
    });
    expect(patched({ op: "remove", path: "name" })).not.toHaveProperty("name");
    expect(patched({ op: "remove", path: "emails" })).not.toHaveProperty("emails");
    expect(patched({ op: "remove", path: enterpriseUrn })).not.toHaveProperty([enterpriseUrn]);
    expect(patched({ op: "replace", path: "name", value: null })).not.toHaveProperty("name");
    expect(patched({ op: "remove", path: "addresses" })).toEqual(ada);
    expect(patched({ op: "remove", path: 'addresses[type eq "work"]' })).toEqual({ ...ada });
  });

  test("that makes another address the preferred one leaves one preferred", () => {
    const value = { value: "new@work.example", type: "work", primary: true };
    const { emails } = patched({ op: "add", path: "emails", value: [value] });
    expect(emails).toEqual([
      { value: "Ada@work.example", type: "work", primary: false },
      { value: "ada@other.example" },
      value,
    ]);
  });

  test("leaves alone what the hub does not keep, and what is read-only without a path", () => {
    expect(patched({ op: "add", path: "nickName", value: "Babs" })).toEqual(ada);
    expect(patched({ op: "replace", path: "urn:example:ext:2.0:User:floor", value: 3 })).toEqual(
      ada,
    );
    expect(
      patched({ op: "replace", value: { id: "x", meta: {}, groups: [], title: "Dr" } }),
    ).toEqual(ada);
    expect(
      patched({ op: "replace", path: 'phoneNumbers[type eq "work"].value', value: "1" }),
    ).toEqual(ada);
  });

  test.each([
    ["no operation", {}, "400 invalidSyntax"],
    ["a verb of nobody", { op: "move", path: "name" }, "400 invalidSyntax"],
    ["a removal of nothing", { op: "remove" }, "400 noTarget"],
    ["a path of signs", { op: "add", path: "..[[", value: 1 }, "400 invalidPath"],
    ["a path that is a number", { op: "add", path: 7, value: 1 }, "400 invalidPath"],
    ["a path without end", { op: "add", path: "x".repeat(5000), value: 1 }, "400 invalidPath"],
    [
      "a filter of nonsense",
      { op: "add", path: "emails[type is].value", value: "x" },
      "400 invalidFilter",
    ],
    [
      "a filter of one value",
      { op: "add", path: 'name[type eq "x"].givenName', value: "x" },
      "400 invalidPath",
    ],
    [
      "a value that nothing selects",
      { op: "replace", path: 'emails[value co "zz"].value', value: "x" },
      "400 noTarget",
    ],
    ["a list for a text", { op: "replace", path: "userName", value: ["a"] }, "400 invalidValue"],
    ["a text for an object", { op: "replace", path: "name", value: "Ada" }, "400 invalidValue"],
    ["a pathless text", { op: "add", value: "x" }, "400 invalidValue"],
    ["an add of nothing", { op: "add", path: "displayName" }, "400 invalidValue"],
    ["the id", { op: "replace", path: "id", value: "x" }, "400 mutability"],
    ["the groups", { op: "add", path: "groups", value: [{ value: "x" }] }, "400 mutability"],
  ])("is refused for %s", (_what, operation, expected) => {
    expect(refusal(operation)).toBe(expected);
  });

  test("never reaches what objects inherit", () => {
    const sent = JSON.parse(
      `[{"op":"add","path":"__proto__.polluted","value":"x"},
        {"op":"add","path":"name.__proto__","value":{"polluted":"x"}},
        {"op":"add","path":"constructor.prototype","value":{"polluted":"x"}},
        {"op":"add","value":{"__proto__.polluted":"x","__proto__":{"polluted":"x"}}},
        {"op":"add","path":"name","value":{"__proto__":{"polluted":"x"},"familyName":"King"}},
        {"op":"add","path":"emails","value":[{"__proto__":{"polluted":"x"},"value":"k@x.example"}]},
        {"op":"add","value":{"${enterpriseUrn}":{"__proto__":{"polluted":"x"}}}}]`,
    ) as readonly unknown[];
    for (const operation of sent) {
      refusal(operation);
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    }
    expect(patched(...sent.slice(4, 6))).toMatchObject({ name: { familyName: "King" } });
  });

  test("of any depth is read without following it down", () => {
    const deep = JSON.parse(`${'{"name":'.repeat(5000)}1${"}".repeat(5000)}`) as unknown;
    expect(refusal({ op: "add", path: "name", value: deep })).toBeUndefined();
    expect(refusal({ op: "add", value: deep })).toBeUndefined();
    const brackets = `emails[${"(".repeat(900)}type eq "work"${")".repeat(900)}].value`;
    expect(["400 invalidFilter", undefined]).toContain(
      refusal({ op: "replace", path: brackets, value: "x" }),
    );
  });

  test("does not change what it was given", () => {
    const before = JSON.stringify(ada);
    patched(
      { op: "remove", path: "emails" },
      { op: "replace", path: "name.givenName", value: "X" },
    );
    expect(JSON.stringify(ada)).toBe(before);
  });
});
