/** What a 400 or 409 is about; RFC 7644, section 3.12. */
type ScimType =
  | "uniqueness"
  | "invalidFilter"
  | "invalidPath"
  | "invalidSyntax"
  | "invalidValue"
  | "mutability"
  | "noTarget";

/** A refusal in the protocol's own words. The detail never repeats what was sent. */
export class ScimError extends Error {
  override readonly name = "ScimError";
  readonly status: number;
  readonly scimType: ScimType | undefined;

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
  }

  /** The status is text: RFC 7644, section 3.12. */
  toBody(): Readonly<Record<string, unknown>> {
    return {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: String(this.status),
      ...(this.scimType && { scimType: this.scimType }),
      detail: this.message,
    };
  }
}

export function invalidValue(detail: string): ScimError {
  return new ScimError(400, detail, "invalidValue");
}

export function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, detail, "invalidSyntax");
}

export function notFound(): ScimError {
  return new ScimError(404, "There is no such resource");
}
