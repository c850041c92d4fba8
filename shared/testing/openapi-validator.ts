import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";

import { asNode, OpenApiDocument, type Operation } from "./openapi-document.ts";
import { selfContained } from "./openapi-schema.ts";

interface RequestToCheck {
  readonly query?: URLSearchParams | Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const problemsShownMax = 12;

/**
 * Checks traffic against a vendor's own document. Every method answers a list of problems in words;
 * empty means conforming. Schemas are compiled when first needed.
 */
export class OpenApiValidator {
  readonly #document: OpenApiDocument;
  readonly #bodies: Ajv;
  readonly #parameters: Ajv;
  readonly #compiled = new Map<unknown, ValidateFunction>();

  constructor(file: string, options: { readonly basePath?: string } = {}) {
    this.#document = new OpenApiDocument(file, options.basePath);
    this.#bodies = ajvFor(this.#document.is31, false);
    this.#parameters = ajvFor(this.#document.is31, "array");
  }

  /** `body` is the parsed JSON; undefined for none. An undocumented status is a problem. */
  validateResponse(method: string, path: string, status: number, body: unknown): readonly string[] {
    const operation = this.#document.operation(method, path);
    if (!operation) return [`${method} ${path} is not in the document`];
    const responses = asNode(operation.node["responses"]) ?? {};
    const found = responses[status] ?? responses[`${String(status)[0]}XX`] ?? responses["default"];
    const response = this.#document.resolve(found);
    if (!response)
      return [`status ${status} is not documented for ${method} ${operation.template}`];
    const schema = jsonSchemaOf(response);
    // Vendors leave bodies of errors undocumented; what is not described cannot be contradicted.
    if (schema === undefined) return [];
    return this.#check(this.#bodies, schema, body);
  }

  /** Checks parameters of the query, none unknown and none missing, and the JSON body. */
  validateRequest(method: string, path: string, request: RequestToCheck = {}): readonly string[] {
    const operation = this.#document.operation(method, path);
    if (!operation) return [`${method} ${path} is not in the document`];
    return [...this.#checkQuery(operation, request), ...this.#checkBody(operation, request.body)];
  }

  #checkBody(operation: Operation, body: unknown): readonly string[] {
    const described = this.#document.resolve(operation.node["requestBody"]);
    if (body === undefined) {
      return described?.["required"] === true ? ["the body is missing"] : [];
    }
    if (!described) return ["a body is not documented"];
    const schema = jsonSchemaOf(described);
    return schema === undefined ? [] : this.#check(this.#bodies, schema, body);
  }

  #checkQuery(operation: Operation, request: RequestToCheck): readonly string[] {
    const query = new URLSearchParams(request.query);
    const known = operation.parameters.filter((parameter) => parameter["in"] === "query");
    const names = new Set(known.map((parameter) => parameter["name"]));
    const problems = [...query.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `query parameter ${name} is not documented`);
    for (const parameter of known) {
      const name = String(parameter["name"]);
      const values = query.getAll(name);
      if (values.length === 0) {
        if (parameter["required"] === true) problems.push(`query parameter ${name} is missing`);
        continue;
      }
      const schema = this.#document.resolve(parameter["schema"]) ?? {};
      const isList = schema["type"] === "array";
      const list = values.length === 1 ? values.flatMap((value) => value.split(",")) : values;
      const found = this.#check(this.#parameters, schema, isList ? list : values[0], true);
      problems.push(...found.map((problem) => `query parameter ${name}: ${problem}`));
    }
    return problems;
  }

  #check(ajv: Ajv, schema: unknown, value: unknown, isParameter = false): readonly string[] {
    let validate = this.#compiled.get(schema);
    if (!validate) {
      const contained = selfContained(this.#document, schema);
      // Text is coerced only inside of a parent object, hence the wrapping of a parameter.
      validate = ajv.compile(
        isParameter ? { type: "object", properties: { value: contained } } : contained,
      );
      this.#compiled.set(schema, validate);
    }
    if (validate(isParameter ? { value } : value)) return [];
    return (validate.errors ?? []).slice(0, problemsShownMax).map(inWords);
  }
}

function ajvFor(is31: boolean, coerceTypes: false | "array"): Ajv {
  // Vendors' documents carry keywords and formats of their own; only what they constrain matters here.
  const options = { strict: false, allErrors: true, logger: false, coerceTypes } as const;
  const ajv = is31 ? new Ajv2020(options) : new Ajv(options);
  addFormats.default(ajv);
  return ajv;
}

function jsonSchemaOf(holder: Readonly<Record<string, unknown>>): unknown {
  const content = asNode(holder["content"]) ?? {};
  const type = Object.keys(content).find((each) => each.includes("json"));
  return type === undefined ? undefined : asNode(content[type])?.["schema"];
}

function inWords(error: ErrorObject): string {
  const extra: unknown = asNode(error.params)?.["additionalProperty"];
  const place = error.instancePath === "" ? "body" : error.instancePath;
  return `${place} ${error.message ?? error.keyword}${typeof extra === "string" ? ` (${extra})` : ""}`;
}
