import { HubError } from "#shared/errors.ts";

export interface RouteMatch {
  readonly functionName: string;
  /** As API Gateway names it: `ANY /{proxy+}`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export interface Route {
  readonly functionName: string;
  readonly routeKey: string;
}

interface CompiledRoute extends Route {
  readonly method: string;
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "one"; readonly name: string }
  | { readonly kind: "rest"; readonly name: string };

/**
 * Finds the route of a request as an HTTP API does: a full match before a path with variables, those
 * before a greedy one, a named method before ANY
 * (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html, 2026-11).
 */
export class RouteTable {
  readonly #routes: readonly CompiledRoute[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map(compileRoute).toSorted(bySpecificity);
  }

  /** `path` as it stands in the request line, without the query. */
  find(method: string, path: string): RouteMatch | undefined {
    const parts = path.split("/").slice(1);
    for (const route of this.#routes) {
      if (route.method !== "ANY" && route.method !== method) continue;
      const pathParameters = matchSegments(route.segments, parts);
      if (pathParameters === undefined) continue;
      return { functionName: route.functionName, routeKey: route.routeKey, pathParameters };
    }
    return undefined;
  }
}

function compileRoute(route: Route): CompiledRoute {
  const [, method, path] = /^([A-Z]+) \/(.*)$/u.exec(route.routeKey) ?? [];
  if (method === undefined || path === undefined) {
    throw new HubError("invariant.broken", `"${route.routeKey}" is not a route`);
  }
  return { ...route, method, segments: path.split("/").map(compileSegment) };
}

function compileSegment(text: string): Segment {
  const [, name, greedy] = /^\{([\w.-]+)(\+?)\}$/u.exec(text) ?? [];
  if (name === undefined) return { kind: "literal", text };
  return { kind: greedy === "+" ? "rest" : "one", name };
}

const order: readonly Segment["kind"][] = ["literal", "one", "rest"];

function bySpecificity(one: CompiledRoute, other: CompiledRoute): number {
  const length = Math.max(one.segments.length, other.segments.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [one.segments[index], other.segments[index]];
    // A longer path with the same beginning cannot match what the shorter does, unless it is greedy.
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    const difference = order.indexOf(a.kind) - order.indexOf(b.kind);
    if (difference !== 0) return difference;
  }
  return Number(one.method === "ANY") - Number(other.method === "ANY");
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === "rest") {
      const rest = decode(parts.slice(index).join("/"));
      if (rest === undefined || rest === "") return undefined;
      return { ...found, [segment.name]: rest };
    }
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.kind === "literal") {
      if (part !== segment.text) return undefined;
      continue;
    }
    const value = decode(part);
    if (value === undefined || value === "") return undefined;
    found[segment.name] = value;
  }
  return parts.length === segments.length ? found : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
