import { readFileSync } from "node:fs";

import { parse as parseYaml } from "yaml";

type Node = Readonly<Record<string, unknown>>;

/** One operation of a document: its own node, and the parameters of its path beside its own. */
export interface Operation {
  readonly template: string;
  readonly node: Node;
  readonly parameters: readonly Node[];
}

/** An OpenAPI 3.0 or 3.1 document, read from JSON or YAML; nothing is resolved before it is needed. */
export class OpenApiDocument {
  readonly is31: boolean;
  readonly #root: Node;
  readonly #templates: readonly {
    readonly template: string;
    readonly segments: readonly string[];
  }[];
  readonly #basePath: string;

  /** `basePath` is what real paths have in front of the document's: `/api/1.0`. */
  constructor(file: string, basePath = "") {
    const text = readFileSync(file, "utf8");
    const root = asNode(/\.ya?ml$/u.test(file) ? parseYaml(text) : JSON.parse(text));
    if (!root) throw new Error(`${file} is not an OpenAPI document`);
    this.#root = root;
    this.#basePath = basePath;
    this.is31 = String(root["openapi"]).startsWith("3.1");
    this.#templates = Object.keys(asNode(root["paths"]) ?? {}).map((template) => ({
      template,
      segments: template.split("/"),
    }));
  }

  /** The operation that a real path means; where several templates fit, the one with more fixed parts. */
  operation(method: string, path: string): Operation | undefined {
    const segments = this.#withoutBase(path).split("/");
    const fitting = this.#templates
      .filter((each) => fits(each.segments, segments))
      .toSorted((a, b) => variablesOf(a.segments) - variablesOf(b.segments));
    for (const { template } of fitting) {
      const pathNode = asNode(asNode(this.#root["paths"])?.[template]);
      const node = this.resolve(pathNode?.[method.toLowerCase()]);
      if (!node) continue;
      const parameters = [pathNode?.["parameters"], node["parameters"]]
        .flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []))
        .map((each) => this.resolve(each))
        .filter((each) => each !== undefined);
      return { template, node, parameters };
    }
    return undefined;
  }

  /** The node itself, or what its `$ref` points to. */
  resolve(value: unknown): Node | undefined {
    const node = asNode(value);
    const ref = node?.["$ref"];
    return typeof ref === "string" ? this.resolve(this.at(ref)) : node;
  }

  /** What a local reference (`#/components/schemas/Issue`) points to; throws on a dangling one. */
  at(ref: string): unknown {
    let value: unknown = this.#root;
    for (const part of ref.replace(/^#\//u, "").split("/")) {
      const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      value = asNode(value)?.[name];
    }
    if (value === undefined) throw new Error(`dangling reference ${ref}`);
    return value;
  }

  #withoutBase(path: string): string {
    return path.startsWith(this.#basePath) ? path.slice(this.#basePath.length) : path;
  }
}

/** A plain object; arrays and scalars are not nodes. */
export function asNode(value: unknown): Node | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Node) : undefined;
}

const isVariable = (segment: string): boolean => segment.includes("{");

function variablesOf(segments: readonly string[]): number {
  return segments.filter(isVariable).length;
}

function fits(template: readonly string[], real: readonly string[]): boolean {
  return (
    template.length === real.length &&
    template.every((segment, index) => isVariable(segment) || segment === real[index])
  );
}
