import type { Hono } from "hono";
import * as z from "zod";

import type { ErrorCode, InputIssue } from "#shared/errors.ts";
import { HubError } from "#shared/errors.ts";

/** One operation of the API: what the OpenAPI document says is what the request is checked with. */
export interface Route {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** `/api/alerts/{id}`; a parameter may hold anything, slashes included. */
  readonly path: string;
  readonly topic: string;
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | undefined;
  readonly status: 200 | 201 | 202;
  readonly answer: z.ZodType;
  /** How it may refuse, beyond invalid input and denied access. */
  readonly refusals: readonly ErrorCode[];
  readonly run: (input: { params: unknown; query: unknown; body: unknown }) => Promise<unknown>;
}

interface RouteSpec<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  readonly method: Route["method"];
  readonly path: string;
  readonly topic: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly status?: Route["status"];
  readonly answer: A;
  readonly refusals?: readonly ErrorCode[];
  readonly run: (input: {
    readonly params: z.infer<P>;
    readonly query: z.infer<Q>;
    readonly body: z.infer<B>;
  }) => Promise<z.input<A>>;
}

const Nothing = z.strictObject({});

/** Declares an operation with its input and answer typed by the same schemas that document them. */
export function defineRoute<
  A extends z.ZodType,
  P extends z.ZodObject = typeof Nothing,
  Q extends z.ZodObject = typeof Nothing,
  B extends z.ZodType = typeof Nothing,
>(spec: RouteSpec<P, Q, B, A>): Route {
  return {
    ...spec,
    params: spec.params ?? Nothing,
    query: spec.query ?? Nothing,
    body: spec.body,
    status: spec.status ?? 200,
    refusals: spec.refusals ?? [],
    // `mount` parses each part with the schema that typed it before it calls `run`.
    run: spec.run as Route["run"],
  };
}

/** Serves the routes: parses params, query and body, runs, and lets out only what the answer's schema names. */
export function mount(app: Hono, routes: readonly Route[]): void {
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
      const input = {
        params: parseInput(route.params, c.req.param(), ""),
        query: parseInput(route.query, c.req.query(), ""),
        body: route.body && parseInput(route.body, await readJson(c.req.raw), ""),
      };
      const answer = route.answer.safeParse(await route.run(input));
      if (!answer.success) {
        const path = answer.error.issues[0]?.path.join(".") ?? "";
        throw new HubError("invariant.broken", "An answer does not fit its own schema", {
          cause: answer.error,
          details: { route: `${route.method} ${route.path}`, path },
        });
      }
      return c.json(answer.data as object, route.status);
    });
  }
}

/** `{id}` last or before a verb takes slashes too: API Gateway decodes `%2F` before we see it. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/gu, ":$1{.+}");
}

/** Throws `input.invalid` with one issue per wrong field, each path beginning with `prefix`. */
export function parseInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  prefix: string,
): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => inputIssues(issue, prefix));
  const fields = [...new Set(issues.map((issue) => issue.path))].join(", ");
  throw new HubError("input.invalid", `Some fields are missing or wrong: ${fields}`, { issues });
}

function inputIssues(issue: z.core.$ZodIssue, prefix: string): readonly InputIssue[] {
  const path = [...(prefix ? [prefix] : []), ...issue.path.map(String)];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key].join("."),
      message: "There is no such field",
    }));
  }
  // zod's own words for a field that is missing speak of types; people want to know that it is needed.
  const message = issue.message.endsWith("received undefined") ? "This is required" : issue.message;
  return [{ path: path.join(".") || "(body)", message }];
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HubError("input.malformed", "The body is not valid JSON", { cause });
  }
}
