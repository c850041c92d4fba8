import type { PlannedRequest } from "#shared/kit/request-budget.ts";

/** A request as jira.js builds it. */
interface Built {
  readonly method?: string | undefined;
  readonly url: string;
  readonly body?: unknown;
  readonly searchParams?: Readonly<Record<string, unknown>> | undefined;
}

/** Costs in points: one a request, one an object shown, two a person; a write is one (rate-limiting, 2026-10). */
const perRequest = 1;
const perPerson = 2;

/** How many points a read is expected to cost beside the one of the request. */
const expected: Readonly<Record<string, (request: Built) => number>> = {
  "POST /search/jql": ({ body }) => numberIn(body, "maxResults") ?? 50,
  "POST /issue/bulkfetch": ({ body }) => lengthIn(body, "issueIdsOrKeys"),
  "POST /changelog/bulkfetch": ({ body }) => lengthIn(body, "issueIdsOrKeys"),
  "GET /issue/{}": () => 1,
  "GET /project/{}": () => 1,
  "GET /project/search": ({ searchParams }) => numberIn(searchParams, "maxResults") ?? 50,
  "GET /users/search": ({ searchParams }) =>
    perPerson * (numberIn(searchParams, "maxResults") ?? 50),
  "GET /user": () => perPerson,
  "GET /myself": () => perPerson,
};

/** A request's endpoint, as bursts are counted by it, and what it will cost if its page is full. */
export function planRequest(request: Built): PlannedRequest {
  const endpoint = endpointOf(request);
  return { endpoint, points: perRequest + (expected[endpoint]?.(request) ?? 0) };
}

/** What the request cost as far as its answer shows: lists are counted, the rest is as planned. */
export function pointsOf({ endpoint, points }: PlannedRequest, answer: unknown): number {
  if (!(endpoint in expected)) return points;
  const list = listIn(answer);
  if (!list) return points;
  return perRequest + list.length * (endpoint.startsWith("GET /users") ? perPerson : 1);
}

/** Method and path without what names one record: `GET /issue/{}/properties/{}`. */
function endpointOf({ method = "GET", url }: Built): string {
  const path = url.split("?")[0] ?? url;
  const short = path.replace(/^\/rest\/api\/[^/]+/u, "");
  const words = short.split("/").map((word, index, all) => {
    const isKey =
      all[index - 1] === "properties" || /^(?:\d+|[A-Z][A-Z0-9_]+(?:-\d+)?)$/u.test(word);
    return isKey ? "{}" : word;
  });
  return `${method} ${words.join("/")}`;
}

function listIn(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer;
  for (const name of ["issues", "values", "issueChangeLogs"]) {
    const found = valueIn(answer, name);
    if (Array.isArray(found)) return found;
  }
  return undefined;
}

function valueIn(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null && name in holder
    ? (holder as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function numberIn(holder: unknown, name: string): number | undefined {
  const value = valueIn(holder, name);
  return typeof value === "number" ? value : undefined;
}

function lengthIn(holder: unknown, name: string): number {
  const value = valueIn(holder, name);
  return Array.isArray(value) ? value.length : 0;
}
